package io.flotilla.conversion.codec;

import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.conversion.diff.DiffReport;
import io.flotilla.conversion.diff.ModelDiff;
import io.flotilla.conversion.external.ConversionRecord;
import io.flotilla.conversion.fixture.Graphs;
import io.flotilla.conversion.report.SampleRows;
import io.flotilla.conversion.report.Tolerance;
import io.flotilla.conversion.report.VariantBuilder;
import io.flotilla.conversion.report.VariantReport;
import io.flotilla.conversion.variant.VariantKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversionJsonTest {
  @TempDir Path folder;

  @Test
  void aMeasuredReportIsReadBackAsItWas() {
    Path original = Graphs.classifier(64, 48, 10).write(folder.resolve("m.onnx"), 13);
    VariantReport report =
        new VariantBuilder()
            .build(
                original,
                VariantKind.INT8_DYNAMIC,
                folder.resolve("v.onnx"),
                new SampleRows.Seeded(42, 4),
                Tolerance.defaultFor(VariantKind.INT8_DYNAMIC));

    byte[] json = ConversionJson.encode(report);

    assertThat(ConversionJson.variantReport(json)).isEqualTo(report);
    assertThat(ConversionJson.encode(ConversionJson.variantReport(json))).isEqualTo(json);
    assertThat(new String(json, StandardCharsets.UTF_8))
        .contains("\"kind\":\"int8-dynamic\"", "\"randomSeed\":42", "\"accuracy\":null");
  }

  @Test
  void aComparisonIsReadBackAsItWas() {
    Path a = Graphs.classifier(64, 48, 10).write(folder.resolve("a.onnx"), 13);
    Path b = Graphs.classifier(64, 48, 10).weights("W3", 1, 3).write(folder.resolve("b.onnx"), 14);
    DiffReport diff = ModelDiff.between(a, b);

    assertThat(ConversionJson.diffReport(ConversionJson.encode(diff))).isEqualTo(diff);
    assertThat(diff.words()).isNotEmpty();
  }

  @Test
  void aRecordOfAConversionIsReadBackAsItWas() {
    Digest digest = Digest.of(new byte[] {1});
    ConversionRecord conversion =
        new ConversionRecord(
            List.of("convert", "in"), digest, Map.of("in", digest), "out.onnx", digest, 7, 12);

    byte[] json = ConversionJson.encode(conversion);

    assertThat(ConversionJson.conversionRecord(json)).isEqualTo(conversion);
    assertThat(new String(json, StandardCharsets.UTF_8)).contains("\"sha256:" + digest.hex());
  }

  @Test
  void whatIsNoReportIsRefused() {
    for (String text :
        List.of("", "null", "{}", "[1]", "{\"kind\":\"int4\"}", "{\"a\":1,\"a\":1}")) {
      refused(
          ErrorCode.INPUT_INVALID,
          () -> ConversionJson.variantReport(text.getBytes(StandardCharsets.UTF_8)),
          "report");
    }
    refused(
        ErrorCode.INPUT_INVALID,
        () -> ConversionJson.diffReport(new byte[ConversionJson.MAX_BYTES + 1]),
        Integer.toString(ConversionJson.MAX_BYTES));
  }
}
