package io.flotilla.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.Reported;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.UpKind;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
  private static final VersionRef VERSION = new VersionRef("digits", 2, "ab".repeat(32));
  private static final ProfileCommand COMMAND =
      new ProfileCommand(
          1,
          "default",
          "d-1",
          "job-1",
          VERSION,
          new Assignment.Validity(1, 2),
          List.of(1, 2),
          2_000);

  private static final ProfileReport.Figures FIGURES =
      new ProfileReport.Figures(
          "CPUExecutionProvider",
          false,
          "amd64",
          2,
          List.of(
              new ProfileReport.Point(1, 1.5, 2, 3, 4, 1e5, 0, 4096),
              new ProfileReport.Point(2, 1.25, 2, 2, 2, 1.5e5, .5, 0)),
          2);

  private static final HardwareFacts HARDWARE =
      new HardwareFacts(
          "Linux",
          "amd64",
          2,
          1L << 30,
          "1.29.0",
          List.of(new HardwareFacts.AcceleratorFacts("GPU", "SimulatedGpu", true)),
          Optional.of(List.of("sse4_2", "avx2")));

  static List<Record> messages() {
    return List.of(
        new Ack(1, "s", 7),
        new Assignment(
            1,
            "default",
            "d-1",
            3,
            VERSION,
            new Assignment.Archive(70_000, "cd".repeat(32), "ef".repeat(32)),
            new Assignment.Validity(1, 2),
            new Assignment.Purpose("r-1", false)),
        new BundlePart.Index(new byte[64]),
        new BundlePart.Chunk(3, new byte[] {1, 2, 3}),
        new Capture(
            1,
            VERSION,
            List.of(
                new Capture.Prediction("d/b/1", 5, Optional.of("7"), .5f, Optional.of(new byte[8])),
                new Capture.Prediction("d/b/2", 6, Optional.empty(), .5f, Optional.empty()))),
        new Hello(1, "0.1.0", "boot", "spool", HARDWARE, Optional.empty(), 0, Optional.empty()),
        new Hello(
            1,
            "0.1.0",
            "boot",
            "spool",
            HARDWARE,
            Optional.of(VERSION),
            4,
            Optional.of(new Hello.Past(17, Optional.of(VERSION)))),
        COMMAND,
        ProfileReport.running(COMMAND, 5),
        ProfileReport.failed(COMMAND, new Progress.Failure("PROFILE_FAILED", "no"), 6),
        ProfileReport.succeeded(COMMAND, FIGURES, 7),
        new Progress(
            1,
            3,
            VERSION,
            DeploymentState.REFUSED,
            Optional.of(new Progress.Failure("SIGNATURE_INVALID", "no")),
            Map.of("loadMillis", 1.5),
            9),
        new Reported(1, Optional.of(VERSION), "CPUExecutionProvider", 3, 4),
        new SpooledEnvelope(1, "s", 1, "b", UpKind.CAPTURE, new byte[] {9}));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageSurvivesTheRoundTrip(Record message) {
    Class<?> type = message instanceof BundlePart ? BundlePart.class : message.getClass();
    assertThat((Object) MessageCodec.decode(MessageCodec.encode(message), type))
        .usingRecursiveComparison()
        .isEqualTo(message);
  }

  @Test
  void anAckIsTheCborMapThatTheReferenceShows() {
    assertThat(HexFormat.of().formatHex(MessageCodec.encode(new Ack(1, "ab", 7))))
        .isEqualTo(
            "bf" // map, indefinite length
                + "66"
                + "736368656d61"
                + "01" // "schema": 1
                + "67"
                + "73706f6f6c4964"
                + "62"
                + "6162" // "spoolId": "ab"
                + "67"
                + "7468726f756768"
                + "07" // "through": 7
                + "ff");
  }

  /** Hardware facts as agents of before told them. */
  record EarlierHardware(
      String os,
      String architecture,
      int cpuCount,
      long memoryBytes,
      String runtimeVersion,
      List<HardwareFacts.AcceleratorFacts> accelerators) {}

  @Test
  void hardwareWithoutCpuFeaturesIsRead() {
    byte[] earlier =
        MessageCodec.encode(
            new EarlierHardware("Linux", "amd64", 2, 1L << 30, "1.29.0", List.of()));
    HardwareFacts facts = MessageCodec.decode(earlier, HardwareFacts.class);
    assertThat(facts)
        .isEqualTo(
            new HardwareFacts(
                "Linux", "amd64", 2, 1L << 30, "1.29.0", List.of(), Optional.empty()));
    assertThat(facts.cpuFeatures()).isEmpty();
  }

  /** A hello as agents of before said it. */
  record EarlierHello(
      int schema,
      String agentVersion,
      String bootId,
      String spoolId,
      HardwareFacts hardware,
      Optional<VersionRef> running,
      long lastAssignment) {}

  @Test
  void aHelloWithoutItsPastIsRead() {
    byte[] earlier =
        MessageCodec.encode(
            new EarlierHello(1, "0.1.0", "boot", "spool", HARDWARE, Optional.of(VERSION), 4));
    assertThat(MessageCodec.decode(earlier, Hello.class))
        .isEqualTo(
            new Hello(
                1, "0.1.0", "boot", "spool", HARDWARE, Optional.of(VERSION), 4, Optional.empty()));
  }

  @Test
  void tooManyCpuFeaturesAreRefused() {
    List<String> most = Collections.nCopies(HardwareFacts.MAX_CPU_FEATURES, "avx2");
    List<String> more = Collections.nCopies(HardwareFacts.MAX_CPU_FEATURES + 1, "avx2");
    assertThat(hardware(most).cpuFeatures()).contains(most);
    assertThatThrownBy(() -> hardware(more)).isInstanceOf(FlotillaException.class);
    assertThatThrownBy(() -> hardware(List.of("a".repeat(65))))
        .isInstanceOf(FlotillaException.class);
  }

  private static HardwareFacts hardware(List<String> cpuFeatures) {
    return new HardwareFacts("l", "amd64", 2, 1, "1", List.of(), Optional.of(cpuFeatures));
  }

  @Test
  void keysFromTheFutureAreIgnored() {
    byte[] payload =
        HexFormat.of()
            .parseHex(
                "a466736368656d61016773706f6f6c496461616774 68726f7567680161780 2"
                    .replace(" ", ""));
    assertThat(MessageCodec.decode(payload, Ack.class)).isEqualTo(new Ack(1, "a", 1));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyTruncationIsRefused(Record message) {
    byte[] payload = MessageCodec.encode(message);
    Class<?> type = message instanceof BundlePart ? BundlePart.class : message.getClass();
    for (int length = 0; length < payload.length; length++) {
      byte[] cut = Arrays.copyOf(payload, length);
      assertThatThrownBy(() -> MessageCodec.decode(cut, type))
          .isInstanceOfSatisfying(
              FlotillaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
    }
  }

  static List<Record> signedAndNested() {
    return messages().stream()
        .filter(
            message ->
                message instanceof Assignment
                    || message instanceof ProfileCommand
                    || message instanceof Hello
                    || message instanceof ProfileReport)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("signedAndNested")
  void seededNoiseNeverEscapesTheTypedError(Record message) {
    Random random = new Random(42);
    byte[] payload = MessageCodec.encode(message);
    for (int round = 0; round < 20_000; round++) {
      byte[] noisy = payload.clone();
      noisy[random.nextInt(noisy.length)] ^= (byte) (1 + random.nextInt(255));
      try {
        MessageCodec.decode(noisy, message.getClass());
      } catch (FlotillaException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID);
      }
    }
  }

  @Test
  void aPayloadOverTheLimitIsRefusedBothWays() {
    assertThatThrownBy(
            () -> MessageCodec.encode(new BundlePart.Index(new byte[Limits.MAX_PAYLOAD_BYTES])))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE));
    assertThatThrownBy(() -> MessageCodec.decode(new byte[Limits.MAX_PAYLOAD_BYTES + 1], Ack.class))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE));
  }
}
