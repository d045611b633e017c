package io.flotilla.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
  @Test
  void theMainJobHoldsOnTheEmbeddedBrokerThroughAKilledController(@TempDir Path folder)
      throws Exception {
    DemoRun run = DemoRun.of(folder, "demo", "--json", "--seed", "7");
    run.assertThatAllHeld();
    assertThat(run.story()).contains("controller killed (SIGKILL)");
  }

  @Test
  void aFolderWithAnEarlierDemoIsRefusedInOneSentence(@TempDir Path folder) throws Exception {
    Path earlier = folder.resolve("earlier");
    Files.createDirectories(earlier.resolve("fleet"));
    DemoRun run = DemoRun.of(folder, "demo", "--json", "--keep", earlier.toString());
    assertThat(run.exitStatus()).isEqualTo(2);
    assertThat(run.story()).contains("CONFLICT").doesNotContain("\tat ");
  }
}
