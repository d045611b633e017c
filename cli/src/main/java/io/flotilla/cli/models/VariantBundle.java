package io.flotilla.cli.models;

import io.flotilla.bundle.codec.GoldenCodec;
import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.cli.bundles.BundleMaker;
import io.flotilla.cli.bundles.Folders;
import io.flotilla.cli.bundles.VariantSource;
import io.flotilla.cli.files.SmallFile;
import io.flotilla.conversion.codec.ConversionJson;
import io.flotilla.conversion.report.Tolerance;
import io.flotilla.conversion.report.VariantBuilder;
import io.flotilla.conversion.report.VariantReport;
import io.flotilla.conversion.variant.VariantKind;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adds a variant to an unsigned copy of a bundle. The new variant goes first, so that devices take
 * it; the others stay for those that cannot. Its report lies under {@code assets/reports/}. Golden
 * cases are given as much more tolerance as the new variant needs on them, and no more than what
 * was allowed.
 */
final class VariantBundle {
  private static final int MAX_GOLDEN_BYTES = 64 << 20;

  /** Room for processors that round otherwise. */
  private static final double MARGIN = 1.5;

  private final Path directory;
  private final SampleOptions samples;

  /** A copy of a bundle in a new folder. */
  VariantBundle(Path bundle, Path directory, SampleOptions samples) throws IOException {
    this.directory = directory;
    this.samples = samples;
    Folders.copy(bundle, directory);
    Files.deleteIfExists(directory.resolve(BundlePaths.SIGNATURE));
  }

  /**
   * Makes the variant of the bundle's first one.
   *
   * @throws FlotillaException {@code CONFLICT} if the bundle has one of that name; as {@link
   *     VariantBuilder#build}; {@code CONVERSION_INTOLERABLE} if it fails a golden case by more
   *     than allowed
   */
  VariantReport add(VariantKind kind) throws IOException {
    Manifest manifest = BundleVerifier.inspect(directory).manifest();
    if (manifest.variants().stream().anyMatch(v -> v.id().equals(kind.label()))) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "the bundle has a variant %s already".formatted(kind.label()));
    }
    Path original = directory.resolve(manifest.variants().getFirst().path());
    Path file = directory.resolve(BundlePaths.MODELS + kind.label() + ".onnx");
    Tolerance tolerance = samples.tolerance(kind);
    VariantReport report =
        new VariantBuilder().build(original, kind, file, samples.rows(manifest), tolerance);
    String path = "assets/reports/" + kind.label() + ".json";
    Files.createDirectories(directory.resolve("assets/reports"));
    Files.write(directory.resolve(path), ConversionJson.encode(report));
    widen(file, tolerance);
    List<Variant> variants = new ArrayList<>();
    variants.add(BundleMaker.variant(VariantSource.of(kind.label(), file)));
    variants.addAll(manifest.variants());
    Map<String, String> properties = new TreeMap<>(manifest.properties());
    properties.put("report." + kind.label(), path);
    Manifest more =
        new Manifest(
            manifest.format(),
            manifest.name(),
            manifest.inputs(),
            manifest.outputs(),
            variants,
            manifest.lineage(),
            manifest.capture(),
            properties);
    Files.write(directory.resolve(BundlePaths.MANIFEST), ManifestCodec.encode(more));
    return report;
  }

  private void widen(Path variant, Tolerance tolerance) throws IOException {
    Path file = directory.resolve(BundlePaths.GOLDEN_VECTORS);
    if (!Files.isRegularFile(file)) {
      return;
    }
    List<GoldenCase> cases = new ArrayList<>();
    try (LoadedModel model = OnnxAccelerators.cpu().load(variant, LoadOptions.DEFAULT)) {
      for (GoldenCase one : GoldenCodec.decode(SmallFile.bytes(file, MAX_GOLDEN_BYTES)).cases()) {
        cases.add(widened(one, model.run(one.inputs()), tolerance));
      }
    }
    Files.write(file, GoldenCodec.encode(new GoldenVectors(cases)));
  }

  private static GoldenCase widened(
      GoldenCase one, Map<String, Tensor> actual, Tolerance tolerance) {
    double needed = one.absoluteTolerance();
    for (Map.Entry<String, Tensor> output : one.outputs().entrySet()) {
      Tensor found = actual.get(output.getKey());
      if (found != null && found.type() == ElementType.FP32) {
        needed = Math.max(needed, needed(output.getValue(), found, tolerance) * MARGIN);
      }
    }
    GoldenCase wider =
        new GoldenCase(one.name(), one.inputs(), one.outputs(), needed, one.relativeTolerance());
    wider
        .firstDeviation(actual)
        .ifPresent(
            deviation -> {
              throw new FlotillaException(
                  ErrorCode.CONVERSION_INTOLERABLE,
                  "the variant fails the golden case %s: %s"
                      .formatted(one.name(), deviation.describe()));
            });
    return wider;
  }

  /** The largest difference, as far as it is allowed in the report's unit. */
  private static double needed(Tensor expected, Tensor found, Tolerance tolerance) {
    FloatBuffer left = expected.floats();
    FloatBuffer right = found.floats();
    double unit = 1;
    double largest = 0;
    for (int i = 0; i < Math.min(left.remaining(), right.remaining()); i++) {
      unit = Math.max(unit, Math.abs(left.get(i)));
      largest = Math.max(largest, Math.abs(left.get(i) - right.get(i)));
    }
    return Math.min(largest, tolerance.maxAbsolute() * unit);
  }
}
