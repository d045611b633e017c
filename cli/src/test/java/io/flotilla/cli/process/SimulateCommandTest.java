package io.flotilla.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
  @TempDir private Path folder;

  @Test
  void obeysCommandsAndEndsWithItsInput() throws Exception {
    Path claims = Files.writeString(folder.resolve("claims.txt"), "flc1.x\n\n");

    Ran ran =
        Ran.withInput(
            "{\"command\":\"status\"}\nnonsense\n",
            false,
            "simulate",
            "--stdio",
            "--data",
            folder.resolve("fleet"),
            "--trust",
            Models.trust(folder),
            "--controller",
            "https://127.0.0.1:1",
            "--claims",
            claims,
            "--devices",
            1);

    assertThat(ran.status()).isZero();
    assertThat(ran.out().lines()).allMatch(line -> line.startsWith("{")).hasSizeGreaterThan(1);
    assertThat(ran.out()).contains("\"error\"");
  }

  @Test
  void needsAContextOrAnAddressAndClaims() {
    Ran ran =
        Ran.flotilla(
            "simulate",
            "--data",
            folder.resolve("fleet"),
            "--trust",
            Models.trust(folder),
            "--context",
            folder.resolve("none"));

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: FILE_MISSING: ").hasLineCount(1);
  }
}
