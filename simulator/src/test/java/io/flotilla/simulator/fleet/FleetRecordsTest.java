package io.flotilla.simulator.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.agent.transport.DeviceTransport;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetRecordsTest {
  private static final VersionRef DIGITS = new VersionRef("digits", 1, "ab".repeat(32));

  @TempDir Path folder;

  @Test
  void streamsOfOnePathAreEqualAndOthersAreNot() {
    assertThat(first(1, 2, 3)).isEqualTo(first(1, 2, 3));
    assertThat(List.of(first(1, 2, 4), first(1, 3, 2), first(2, 2, 3), first(1, 0, 0)))
        .doesNotHaveDuplicates()
        .doesNotContain(first(1, 2, 3));
  }

  @Test
  void trueLabelsGoOnAfterARestart() {
    Path file = folder.resolve("truth.ndjson");
    try (TruthLog truth = TruthLog.open(file)) {
      truth.record("sim-001/b/1", "7");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TruthLog truth = TruthLog.open(file)) {
      truth.record("sim-001/b/2", "0");
      assertThat(truth.copyTo(out)).isEqualTo(2);
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"id":"sim-001/b/1","label":"7"}
            {"id":"sim-001/b/2","label":"0"}
            """);
  }

  @Test
  void trueLabelsNeedAFolder() {
    assertThatThrownBy(() -> TruthLog.open(folder.resolve("missing/truth.ndjson")))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED));
  }

  @Test
  void deploymentsCountWhereTheyEndAndOnceHoweverOftenTheyAreSent() {
    DeploymentTally tally = new DeploymentTally();
    tally.saw(message(1, DeploymentState.PROVING));
    tally.saw(message(2, DeploymentState.COMMITTED));
    tally.saw(message(1, DeploymentState.PROVING));
    tally.saw(message(2, DeploymentState.COMMITTED));
    assertThat(tally.ended()).isEqualTo(Map.of("digits:1", Map.of("COMMITTED", 1L)));
    tally.saw(message(3, DeploymentState.COMMITTED));
    tally.saw(message(4, DeploymentState.REFUSED));
    assertThat(tally.ended()).isEqualTo(Map.of("digits:1", Map.of("COMMITTED", 2L, "REFUSED", 1L)));
  }

  @Test
  void observationPassesEverythingOnAndHearsProgressOnly() {
    Topics topics = new Topics(Topics.DEFAULT_TENANT);
    DeploymentTally tally = new DeploymentTally();
    Recording recording = new Recording();
    try (DeviceTransport observed = new ObservedTransport(recording, topics, tally)) {
      observed.publish(
          topics.up("sim-001", UpKind.PROGRESS), message(1, DeploymentState.COMMITTED), false);
      observed.publish(topics.up("sim-001", UpKind.CAPTURE), new byte[] {1}, false);
      observed.subscribe("a");
      observed.unsubscribe("a");
    }
    assertThat(recording.calls)
        .containsExactly(
            topics.up("sim-001", UpKind.PROGRESS),
            topics.up("sim-001", UpKind.CAPTURE),
            "+a",
            "-a",
            "close");
    assertThat(tally.ended()).containsKey("digits:1");
  }

  private static long first(long seed, long... path) {
    return Seeds.stream(seed, path).nextLong();
  }

  private static byte[] message(long sequence, DeploymentState state) {
    Progress progress = new Progress(1, 1, DIGITS, state, Optional.empty(), Map.of(), 0);
    return MessageCodec.encode(
        new SpooledEnvelope(
            1, "spool", sequence, "boot", UpKind.PROGRESS, MessageCodec.encode(progress)));
  }

  private static final class Recording implements DeviceTransport {
    private final List<String> calls = new ArrayList<>();

    @Override
    public void connect(Will will, Listener listener) {
      calls.add("connect");
    }

    @Override
    public CompletionStage<Void> publish(String topic, byte[] payload, boolean retain) {
      calls.add(topic);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> subscribe(String filter) {
      calls.add("+" + filter);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void unsubscribe(String filter) {
      calls.add("-" + filter);
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }
}
