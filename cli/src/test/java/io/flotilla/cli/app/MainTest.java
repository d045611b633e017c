package io.flotilla.cli.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.FakeController.Answer;
import io.flotilla.cli.testing.Ran;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @TempDir private Path folder;

  @Test
  void helpIsNoFailure() {
    Ran ran = Ran.flotilla("device", "list", "--help");

    assertThat(ran.status()).isZero();
    assertThat(ran.out()).startsWith("Usage: flotilla device list");
    assertThat(ran.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "device",
        "device list --nonsense",
        "device show",
        "device claim --count x",
        "bundle create",
        "rollout create digits:1 --timeout soon",
      })
  void wrongUsageIsOneSentenceAndStatusTwo(String line) {
    Ran ran = Ran.flotilla((Object[]) (line.isEmpty() ? new String[0] : line.split(" ")));

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err())
        .startsWith("flotilla: INPUT_INVALID: ")
        .contains("--help'")
        .hasLineCount(1);
    assertThat(ran.out()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyCodeOfTheControllerBecomesItsStatus(ErrorCode code) throws Exception {
    try (FakeController controller = new FakeController(folder)) {
      controller.on(
          "GET /api/v1/rollouts/1", Answer.problem(400, code.name(), "the reason\nover lines"));

      Ran ran =
          Ran.flotilla("rollout", "show", "1", "--context", controller.contextFile(), "--json");

      assertThat(ran.status()).isEqualTo(code.errorClass().exitStatus());
      assertThat(ran.err()).isEqualTo("flotilla: " + code + ": the reason; over lines\n");
      assertThat(ran.out()).isEmpty();
    }
  }

  @Test
  void aMissingContextSaysWhereToFindOne() {
    Ran ran = Ran.flotilla("device", "list", "--context", folder.resolve("none.json"));

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: FILE_MISSING: ").contains("--context");
  }

  @Test
  void aForeignContextFileIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("operator.json"), "{\"url\":\"http://x\"}");

    Ran ran = Ran.flotilla("device", "list", "--context", file);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: CONFIGURATION_INVALID: ").hasLineCount(1);
  }

  @Test
  void aControllerThatIsNotThereIsANetworkFailure() throws Exception {
    new FakeController(folder).close();

    Ran ran = Ran.flotilla("device", "list", "--context", folder);

    assertThat(ran.status()).isEqualTo(6);
    assertThat(ran.err()).startsWith("flotilla: CONTROLLER_UNREACHABLE: ").hasLineCount(1);
  }

  @Test
  void aStackTraceComesOnlyWhenAskedFor() {
    Path none = folder.resolve("none");

    assertThat(Ran.flotilla("device", "list", "--context", none).err()).doesNotContain("\tat ");
    assertThat(Ran.flotilla("device", "list", "--context", none, "--verbose").err())
        .contains("\tat io.flotilla.");
  }

  @Test
  void theDiskSaysWhatIsWrongWithIt() {
    assertThat(Failures.typed(new FileSystemException("a", null, "No space left on device")).code())
        .isEqualTo(ErrorCode.DISK_FULL);
    assertThat(Failures.typed(new IOException("No space left on device")).code())
        .isEqualTo(ErrorCode.DISK_FULL);
    assertThat(Failures.typed(new FileAlreadyExistsException("a")).code())
        .isEqualTo(ErrorCode.CONFLICT);
    assertThat(Failures.typed(new IOException("broken pipe")).code())
        .isEqualTo(ErrorCode.STORAGE_FAILED);
  }

  @Test
  void dangerousThingsAreAskedForAtATerminalOnly() throws IOException, GeneralSecurityException {
    try (FakeController controller = new FakeController(folder)) {
      controller.on("POST /api/v1/rollouts/1/abort", "{\"id\":\"1\",\"state\":\"ABORTED\"}");
      Object[] abort = {"rollout", "abort", "1", "--context", controller.contextFile()};

      assertThat(Ran.withInput("n\n", true, abort).status()).isEqualTo(2);
      assertThat(Ran.withInput("", true, abort).status()).isEqualTo(2);
      assertThat(controller.requests()).isEmpty();
      assertThat(Ran.withInput("y\n", true, abort).status()).isZero();
      assertThat(Ran.withInput("", false, abort).status()).isZero();
    }
  }
}
