package io.flotilla.bundle.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The page is the table: each line is one code, in the order of the enum. */
class ErrorCodesPageTest {
  private static final Path PAGE = Path.of("..", "docs", "reference", "error-codes.md");

  @Test
  void pageListsEveryCodeWithClassStatusAndMeaning() throws IOException {
    List<String> expected =
        Arrays.stream(ErrorCode.values()).map(ErrorCodesPageTest::rowOf).toList();
    List<String> rows =
        Files.readAllLines(PAGE).stream().filter(line -> line.matches("\\| `[A-Z_]+` .*")).toList();
    assertThat(rows)
        .as("rows of " + PAGE + "; it should hold%n%s".formatted(String.join("\n", expected)))
        .containsExactlyElementsOf(expected);
  }

  @Test
  void pageListsEveryExitStatus() throws IOException {
    String page = Files.readString(PAGE);
    for (ErrorClass errorClass : ErrorClass.values()) {
      assertThat(page)
          .contains("| %d | %s |".formatted(errorClass.exitStatus(), nameOf(errorClass)));
    }
  }

  @Test
  void everyMeaningIsOneSentence() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(code.meaning()).as(code.name()).matches("[A-Z][^\\n|]*\\.");
    }
  }

  @Test
  void everyClassHasItsOwnExitStatus() {
    assertThat(Arrays.stream(ErrorClass.values()).map(ErrorClass::exitStatus))
        .doesNotHaveDuplicates()
        .allMatch(status -> status >= 2 && status <= 7);
  }

  private static String rowOf(ErrorCode code) {
    return "| `%s` | %s | %d | %s |"
        .formatted(
            code.name(), nameOf(code.errorClass()), code.errorClass().exitStatus(), code.meaning());
  }

  private static String nameOf(ErrorClass errorClass) {
    return errorClass.name().toLowerCase(Locale.ROOT);
  }
}
