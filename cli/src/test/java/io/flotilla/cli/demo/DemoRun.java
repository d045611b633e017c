package io.flotilla.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run of the assembled distribution as a process, as a user starts it. */
record DemoRun(int exitStatus, Json summary, String story) {
  private static final Path JAR = Path.of("target", "flotilla", "flotilla.jar").toAbsolutePath();
  private static final long TIMEOUT_SECONDS = 240;

  /** Runs {@code flotilla <arguments>} and takes the last line of its output as JSON. */
  static DemoRun of(Path workFolder, String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile(workFolder, "demo", ".out");
    Path err = Files.createTempFile(workFolder, "demo", ".err");
    Process process = start(out, err, arguments);
    boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    String story = Files.readString(err);
    assertThat(ended).as("flotilla %s ends in time%n%s", List.of(arguments), story).isTrue();
    List<String> lines = Files.readAllLines(out);
    Json summary = lines.isEmpty() ? Json.object() : Json.parse(lines.getLast());
    return new DemoRun(process.exitValue(), summary, story);
  }

  private static Process start(Path out, Path err, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-jar"));
    command.add(JAR.toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectOutput(out.toFile())
        .redirectError(err.toFile())
        .start();
  }

  /** Asserts everything that the demo promises. */
  void assertThatAllHeld() {
    assertThat(exitStatus).as(story).isZero();
    assertThat(summary.get("enrolled").asInt()).isEqualTo(summary.get("devices").asInt());
    assertThat(summary.get("activeByVersion"))
        .isEqualTo(Json.object().put("digits:2", summary.get("devices").asInt()));
    assertThat(summary.get("predictions").get("made").asLong()).isPositive();
    assertThat(summary.get("predictions").get("lost").asLong()).isZero();
    assertThat(summary.get("predictions").get("duplicates").asLong()).isZero();
    assertThat(summary.get("drift").get("flagged")).isEqualTo(summary.get("drift").get("expected"));
    assertThat(summary.get("drift").get("windowsToDetect").asInt()).isBetween(2, 3);
    Json accuracy = summary.get("accuracy");
    assertThat(accuracy.get("degradedBefore").asDouble()).isLessThan(.75);
    assertThat(accuracy.get("degradedAfter").asDouble()).isGreaterThanOrEqualTo(.85);
    assertThat(accuracy.get("cleanAfter").asDouble())
        .isGreaterThanOrEqualTo(accuracy.get("cleanBefore").asDouble() - .02);
    assertThat(summary.get("promoted").asBoolean()).isTrue();
    assertThat(summary.get("controllerKills").asInt()).isEqualTo(2);
    assertThat(summary.get("refusals").items().stream().map(r -> r.get("code").asText()))
        .containsExactly("BUNDLE_DIGEST_MISMATCH", "PUBLISHER_UNKNOWN", "GOLDEN_VECTORS_FAILED");
  }
}
