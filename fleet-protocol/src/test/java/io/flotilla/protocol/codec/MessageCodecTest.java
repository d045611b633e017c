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
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.Reported;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.UpKind;
import java.util.Arrays;
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
        new Hello(
            1,
            "0.1.0",
            "boot",
            "spool",
            new HardwareFacts(
                "Linux",
                "amd64",
                2,
                1L << 30,
                "1.29.0",
                List.of(new HardwareFacts.AcceleratorFacts("GPU", "SimulatedGpu", true))),
            Optional.empty(),
            0),
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

  @Test
  void seededNoiseNeverEscapesTheTypedError() {
    Random random = new Random(42);
    byte[] payload = MessageCodec.encode(messages().get(1));
    for (int round = 0; round < 20_000; round++) {
      byte[] noisy = payload.clone();
      noisy[random.nextInt(noisy.length)] ^= (byte) (1 + random.nextInt(255));
      try {
        MessageCodec.decode(noisy, Assignment.class);
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
