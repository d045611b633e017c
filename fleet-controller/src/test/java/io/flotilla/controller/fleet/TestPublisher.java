package io.flotilla.controller.fleet;

import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.signing.TrustPolicies;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.BaselineBuilder;
import io.flotilla.drift.BaselineInput;
import io.flotilla.drift.CohortRows;
import io.flotilla.drift.codec.DriftCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A publisher with a trust folder and signed bundles of a model of two features. */
public final class TestPublisher {
  private static final String MODEL = "models/model.onnx";
  private static final int BASELINE_ROWS = 1000;

  private final Path folder;
  private final SigningKey key = SigningKey.generate();
  private int made;

  /** A publisher that keeps its files in this folder. */
  public TestPublisher(Path folder) {
    this.folder = folder;
    SigningKey root = SigningKey.generate();
    TrustPolicy policy =
        new TrustPolicy(
            1,
            Instant.parse("2100-01-01T00:00:00Z"),
            List.of(new Publisher("lab", key.verifyingKey().pem(), List.of("*"))));
    try {
      Files.createDirectories(trust());
      Files.write(trust().resolve("trust.json"), TrustPolicies.sign(policy, root));
      Files.writeString(trust().resolve("root.pem"), root.verifyingKey().pem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The operator's trust folder, with this publisher in it. */
  public Path trust() {
    return folder.resolve("trust");
  }

  /** A baseline of standard normal rows, with windows of 200. */
  public static Baseline baseline(double shift) {
    Random random = new Random(42);
    float[][] rows = new float[BASELINE_ROWS][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          new float[] {(float) (random.nextGaussian() + shift), (float) random.nextGaussian()};
    }
    return BaselineBuilder.build(
        new BaselineInput(
            List.of("heat", "noise"),
            Map.of(Baseline.REFERENCE, CohortRows.of(rows)),
            List.of(),
            200));
  }

  /** A packed, signed bundle of a model that gives back what it gets. */
  public Path bundle(String model, String content) {
    return bundle(model, TestOnnx.identity(content), Lineage.UNKNOWN);
  }

  /** A packed, signed bundle of this model file. */
  public Path bundle(String model, byte[] onnx, Lineage lineage) {
    Path bundle = folder.resolve("bundle-" + made++);
    Path archive = folder.resolve(bundle.getFileName() + ".tar");
    try {
      Files.createDirectories(bundle.resolve("models"));
      Files.write(bundle.resolve(MODEL), onnx);
      Files.write(bundle.resolve(BundlePaths.BASELINE), DriftCodec.encode(baseline(0)));
      Files.write(
          bundle.resolve(BundlePaths.MANIFEST),
          ManifestCodec.encode(manifest(model, onnx.length, lineage)));
      BundleSigner.sign(bundle, key);
      BundleArchive.pack(bundle, archive);
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Manifest manifest(String model, long size, Lineage lineage) {
    List<Dimension> shape = List.of(Dimension.open("batch"), Dimension.of(2));
    return new Manifest(
        Manifest.FORMAT,
        model,
        List.of(TensorSpec.of("input", ElementType.FP32, shape)),
        List.of(TensorSpec.of("output", ElementType.FP32, shape)),
        List.of(new Variant("fp32", MODEL, 6, Map.of("", 13L), List.of(), size)),
        lineage,
        CaptureDefault.NONE,
        Map.of());
  }
}
