package io.flotilla.cli.score;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreCommandTest {
  @TempDir private Path folder;

  @Test
  void scoresAVerifiedBundleRowByRow() throws IOException {
    Path trust = Models.trust(folder);
    Path bundle = Models.signedBundle(folder, trust);

    Ran ran =
        Ran.flotilla("score", bundle, "--trust", trust, "--input", Models.rows(folder), "--json");

    assertThat(ran.status()).isZero();
    List<Json> answers = ran.out().lines().map(Json::parse).toList();
    assertThat(answers).hasSize(3);
    for (Json answer : answers) {
      assertThat(answer.text("label")).isIn("x", "y", "z");
      assertThat(
              answer.get("outputs").get("output").items().stream()
                  .mapToDouble(Json::asDouble)
                  .sum())
          .isBetween(0.999, 1.001);
    }
  }

  @Test
  void folderArchiveAndModelFileGiveTheSameAnswers() throws IOException {
    Path trust = Models.trust(folder);
    Path bundle = Models.signedBundle(folder, trust);
    String rows = Files.readString(Models.rows(folder));

    String fromArchive = Ran.withInput(rows, false, "score", bundle, "--json").out();
    String fromModel = Ran.withInput(rows, false, "score", Models.linear(folder), "--json").out();

    assertThat(outputs(fromArchive)).hasSize(3).isEqualTo(outputs(fromModel));
  }

  private static List<String> outputs(String lines) {
    return lines.lines().map(line -> Json.parse(line).get("outputs").toString()).toList();
  }

  @Test
  void readsRowsWithoutHeader() throws IOException {
    Ran ran = Ran.withInput("1,0,0,0\n\n0,1,0,0\n", false, "score", Models.linear(folder));

    assertThat(ran.out()).hasLineCount(2).startsWith("row 1: ");
  }

  @Test
  void aRowThatDoesNotFitEndsInOneSentence() throws IOException {
    Path model = Models.linear(folder);

    Ran few = Ran.withInput("a,b\n1,2\n", false, "score", model);
    Ran text = Ran.withInput("a,b,c,d\n1,2,3,4\n1,x,3,4\n", false, "score", model);
    Ran ragged = Ran.withInput("a,b,c,d\n1,2,3\n", false, "score", model);

    assertThat(few.err())
        .isEqualTo("flotilla: INPUT_INVALID: a row has 2 values, the model takes 4\n");
    assertThat(text.err())
        .isEqualTo(
            "flotilla: INPUT_INVALID: standard input, line 3: column b: 'x' is not a number\n");
    assertThat(ragged.err()).contains("line 2: has 3 columns, its header 4");
    assertThat(List.of(few.status(), text.status(), ragged.status())).containsOnly(2);
  }

  @Test
  void anUntrustedBundleIsNotScored() throws IOException {
    Path bundle = Models.signedBundle(folder, Models.trust(folder));
    Path other = Models.trust(Files.createDirectory(folder.resolve("other")));

    Ran ran = Ran.withInput("1,0,0,0\n", false, "score", bundle, "--trust", other);

    assertThat(ran.status()).isEqualTo(3);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).startsWith("flotilla: PUBLISHER_UNKNOWN: ");
  }
}
