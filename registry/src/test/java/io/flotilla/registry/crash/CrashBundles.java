package io.flotilla.registry.crash;

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
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Signed archives of small bundles of one model, each with another content. */
final class CrashBundles {
  static final String MODEL = "digits";
  private static final String MODEL_PATH = "models/model.onnx";

  private final SigningKey key = SigningKey.generate();
  private final List<byte[]> archives = new ArrayList<>();

  CrashBundles(Path folder, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      archives.add(archive(folder.resolve("bundle-" + i), "the model number " + i));
    }
  }

  List<byte[]> archives() {
    return archives;
  }

  TrustPolicy trust() {
    return new TrustPolicy(
        1,
        Instant.parse("2030-01-01T00:00:00Z"),
        List.of(new Publisher("lab", key.verifyingKey().pem(), List.of(MODEL))));
  }

  private byte[] archive(Path bundle, String content) throws IOException {
    Path archive = bundle.resolveSibling(bundle.getFileName() + ".tar");
    Files.createDirectories(bundle.resolve("models"));
    Files.writeString(bundle.resolve(MODEL_PATH), content);
    Files.write(
        bundle.resolve(BundlePaths.MANIFEST), ManifestCodec.encode(manifest(content.length())));
    BundleSigner.sign(bundle, key);
    BundleArchive.pack(bundle, archive);
    return Files.readAllBytes(archive);
  }

  private static Manifest manifest(long size) {
    List<Dimension> shape = List.of(Dimension.open("batch"), Dimension.of(2));
    return new Manifest(
        Manifest.FORMAT,
        MODEL,
        List.of(TensorSpec.of("input", ElementType.FP32, shape)),
        List.of(TensorSpec.of("output", ElementType.FP32, shape)),
        List.of(new Variant("fp32", MODEL_PATH, 6, Map.of("", 13L), List.of(), size)),
        Lineage.UNKNOWN,
        CaptureDefault.NONE,
        Map.of());
  }
}
