package io.flotilla.simulator.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.simulator.command.FleetCommand;
import io.flotilla.simulator.command.FleetEvent;
import io.flotilla.simulator.command.codec.FleetLines;
import io.flotilla.simulator.fleet.FleetConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetProcessTest {
  /** Nothing listens on port 1. */
  private static final URI NOBODY = URI.create("https://127.0.0.1:1");

  private static final String CLAIM = "flc1.c1." + "s".repeat(32) + "." + "0".repeat(64);

  @TempDir Path folder;

  @BeforeEach
  void installTrust() throws Exception {
    Files.writeString(folder.resolve("trust.json"), "{}");
    Files.writeString(folder.resolve("root.pem"), "-");
  }

  @Test
  void stopsWhenTheCommandsEnd() {
    assertThat(say(List.of())).containsExactly(new FleetEvent.Stopped());
  }

  @Test
  void obeysNothingAfterStop() {
    assertThat(say(List.of(), new FleetCommand.Stop(), new FleetCommand.Labels("never-written")))
        .containsExactly(new FleetEvent.Stopped());
  }

  @Test
  void answersEveryRefusedCommandWithOneErrorAndGoesOn() {
    assertThat(
            say(
                List.of(),
                new FleetCommand.Enrol(),
                new FleetCommand.Start(),
                new FleetCommand.Feed(1, 10),
                new FleetCommand.Degrade(List.of("sim-009"), "blur"),
                new FleetCommand.Degrade(List.of("sim-001"), "smashed")))
        .extracting(FleetProcessTest::codeOf)
        .containsExactly(
            "INPUT_INVALID",
            "FILE_MISSING",
            "INPUT_INVALID",
            "DEVICE_NOT_FOUND",
            "INPUT_INVALID",
            "stopped");
  }

  @Test
  void aControllerThatDoesNotAnswerIsOneClearError() {
    List<FleetEvent> events = say(List.of(CLAIM, CLAIM), new FleetCommand.Enrol());
    assertThat(events)
        .extracting(FleetProcessTest::codeOf)
        .containsExactly("CONTROLLER_UNREACHABLE", "stopped");
  }

  @Test
  void degradesCamerasOfItsOwnDevices() {
    FleetCommand degrade = new FleetCommand.Degrade(List.of("sim-001", "sim-002"), "gain");
    assertThat(say(List.of(), degrade).getFirst())
        .isEqualTo(new FleetEvent.Degraded(List.of("sim-001", "sim-002"), "gain"));
  }

  @Test
  void noiseIsAnErrorToo() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FleetProcess.run(
        config(List.of()),
        (name, lines) -> List.of(),
        new ByteArrayInputStream("hello\n\n{\"cmd\":1}\n".getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(decode(out))
        .extracting(FleetProcessTest::codeOf)
        .containsExactly("INPUT_INVALID", "INPUT_INVALID", "stopped");
  }

  @Test
  void summarisesAFleetInOneLine() {
    assertThat(
            Simulation.summary(
                List.of(
                    new FleetEvent.DeviceStatus(
                        "a", Optional.of("digits:1"), 200, 190, 10, 3, Map.of()),
                    new FleetEvent.DeviceStatus("b", Optional.empty(), 0, 0, 0, 0, Map.of()))))
        .isEqualTo(
            "1 run digits:1, 1 run nothing yet; 200 predictions made, 10 refused,"
                + " 3 records waiting");
  }

  private List<FleetEvent> say(List<String> claims, FleetCommand... commands) {
    StringBuilder lines = new StringBuilder();
    for (FleetCommand command : commands) {
      lines.append(FleetLines.encode(command)).append('\n');
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FleetProcess.run(
        config(claims),
        (name, most) -> List.of(),
        new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    return decode(out);
  }

  private FleetConfig config(List<String> claims) {
    return new FleetConfig(
        folder.resolve("fleet"), NOBODY, claims, folder, 2, 42, Optional.empty());
  }

  private static List<FleetEvent> decode(ByteArrayOutputStream out) {
    return out.toString(StandardCharsets.UTF_8).lines().map(FleetLines::decodeEvent).toList();
  }

  private static String codeOf(FleetEvent event) {
    return switch (event) {
      case FleetEvent.Failed failed -> failed.code();
      case FleetEvent.Stopped stopped -> "stopped";
      default -> event.toString();
    };
  }
}
