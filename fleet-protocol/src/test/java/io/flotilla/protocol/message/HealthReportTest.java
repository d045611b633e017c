package io.flotilla.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.codec.MessageCodec;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthReportTest {
  private static final VersionRef VERSION = new VersionRef("digits", 3, "ab".repeat(32));
  private static final HealthReport.Rows ROWS =
      new HealthReport.Rows(1, 2, List.of(0L, 40L, 2L), Map.of("seven", 30L, "one", 12L));

  @Test
  void aReportComesBackAsItWasSent() {
    HealthReport report = new HealthReport(1, VERSION, 1_000, 61_000, ROWS, 4, 70_000_000);
    HealthReport read = MessageCodec.decode(MessageCodec.encode(report), HealthReport.class);
    assertThat(read).isEqualTo(report);
    assertThat(read.rows().scored()).isEqualTo(42);
  }

  @Test
  void whatCannotBeTrueIsRefused() {
    refused(() -> new HealthReport(1, VERSION, 2, 1, ROWS, 1, 0));
    refused(() -> new HealthReport(1, VERSION, 0, 1, ROWS, 0, 0));
    refused(() -> new HealthReport(1, VERSION, 0, 1, ROWS, 1, -1));
    refused(() -> new HealthReport.Rows(-1, 0, List.of(), Map.of()));
    refused(() -> new HealthReport.Rows(0, 0, List.of(-1L), Map.of()));
    refused(() -> new HealthReport.Rows(0, HealthReport.MAX_ROWS + 1, List.of(), Map.of()));
    refused(() -> new HealthReport.Rows(0, 0, List.of(), Map.of("", 1L)));
    refused(() -> new HealthReport.Rows(0, 0, List.of(), Map.of("x".repeat(201), 1L)));
    refused(
        () ->
            new HealthReport.Rows(
                0, 0, Collections.nCopies(LatencyBuckets.COUNT + 1, 0L), Map.of()));
    Map<String, Long> many = new HashMap<>();
    for (int i = 0; i <= HealthReport.MAX_CATEGORIES; i++) {
      many.put("c" + i, 1L);
    }
    refused(() -> new HealthReport.Rows(0, 0, List.of(), many));
  }

  @Test
  void aDevicesLieOnTheWireIsRefusedAsInput() {
    record Lie(
        int schema,
        VersionRef source,
        long fromMs,
        long toMs,
        Map<String, Object> rows,
        long lives,
        long residentBytes) {}
    Map<String, Object> rows =
        Map.of("refused", 0, "failed", -5, "latency", List.of(), "predictions", Map.of());
    byte[] payload = MessageCodec.encode(new Lie(1, VERSION, 0, 1, rows, 1, 0));
    assertThatThrownBy(() -> MessageCodec.decode(payload, HealthReport.class))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
  }

  @Test
  void everyDurationFallsIntoTheBucketThatEndsNextAboveIt() {
    assertThat(LatencyBuckets.endNanos(0)).isEqualTo(1_280);
    for (int bucket = 1; bucket < LatencyBuckets.COUNT; bucket++) {
      long from = LatencyBuckets.endNanos(bucket - 1);
      long end = LatencyBuckets.endNanos(bucket);
      assertThat(end).isGreaterThan(from).isLessThanOrEqualTo(from * 5 / 4);
      assertThat(LatencyBuckets.of(from)).isEqualTo(bucket);
      assertThat(LatencyBuckets.of(end - 1)).isEqualTo(bucket);
    }
    assertThat(LatencyBuckets.of(-5)).isZero();
    assertThat(LatencyBuckets.of(0)).isZero();
    assertThat(LatencyBuckets.of(Long.MAX_VALUE)).isEqualTo(LatencyBuckets.COUNT - 1);
    assertThat(LatencyBuckets.endNanos(LatencyBuckets.COUNT - 1)).isEqualTo(137_438_953_472L);
  }

  private static void refused(Runnable making) {
    assertThatThrownBy(making::run)
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
  }
}
