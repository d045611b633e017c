package io.flotilla.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {
  @TempDir private Path folder;

  @Test
  void aTextUpToTheLimitIsReadWhole() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "a".repeat(SmallFile.MAX_TEXT_BYTES));
    assertThat(SmallFile.text(file)).hasSize(SmallFile.MAX_TEXT_BYTES);
  }

  @Test
  void oneByteMoreIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "a".repeat(SmallFile.MAX_TEXT_BYTES + 1));
    assertCode(() -> SmallFile.text(file), ErrorCode.REQUEST_TOO_LARGE);
  }

  @Test
  void whatIsNoTextAndWhatIsNotThereAreToldApart() throws IOException {
    Path file = Files.write(folder.resolve("a"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertCode(() -> SmallFile.text(file), ErrorCode.INPUT_INVALID);
    assertCode(() -> SmallFile.text(folder.resolve("none")), ErrorCode.FILE_MISSING);
    assertCode(() -> SmallFile.text(folder), ErrorCode.FILE_MISSING);
  }

  private static void assertCode(ThrowingCallable call, ErrorCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
