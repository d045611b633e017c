package io.flotilla.registry.model;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.codec.EnvelopeCodec;
import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.codec.ModelSignatureCodec;
import io.flotilla.bundle.envelope.ModelSignature;
import io.flotilla.bundle.envelope.Statement;
import io.flotilla.bundle.layout.BundleFiles;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.Dsse;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Makes signed bundle archives, and the trust policy that admits them. */
final class SignedBundles {
  static final String MODEL_PATH = "models/model.onnx";
  static final byte[] BASELINE = "a baseline".getBytes(StandardCharsets.UTF_8);

  private final Path directory;
  private final SigningKey key = SigningKey.generate();
  private int made;

  SignedBundles(Path directory) {
    this.directory = directory;
  }

  TrustPolicy trust() {
    return new TrustPolicy(
        1,
        Instant.parse("2030-01-01T00:00:00Z"),
        List.of(new Publisher("lab", key.verifyingKey().pem(), List.of("digits", "other-*"))));
  }

  /** Archive of a bundle of this model, with this text for a model file. */
  byte[] archive(String model, String content) {
    return archive(model, content, key, UnaryOperator.identity());
  }

  /** The same by a key that nobody knows. */
  byte[] byStranger(String model, String content) {
    return archive(model, content, SigningKey.generate(), UnaryOperator.identity());
  }

  /** The same with the model file changed after signing. */
  byte[] tampered(String model, String content) {
    return archive(model, content, key, text -> text.replace(text.charAt(0), '#'));
  }

  /** The same with so many seeded random bytes beside the model. */
  byte[] archiveWithAsset(String model, String content, int bytes) {
    byte[] asset = new byte[bytes];
    new Random(bytes).nextBytes(asset);
    return archive(
        bundle -> {
          write(bundle, content, manifest(model, MODEL_PATH, content.length()));
          Files.createDirectories(bundle.resolve("assets"));
          Files.write(bundle.resolve("assets/asset.bin"), asset);
          BundleSigner.sign(bundle, key);
        });
  }

  /** The same, rightly signed, but its manifest names a model file that it lacks. */
  byte[] naming(String model, String path) {
    return archive(
        bundle -> {
          write(bundle, "content", manifest(model, path, "content".length()));
          Files.write(bundle.resolve(BundlePaths.SIGNATURE), signature(model, bundle));
        });
  }

  private byte[] archive(
      String model, String content, SigningKey signer, UnaryOperator<String> afterSigning) {
    return archive(
        bundle -> {
          write(bundle, content, manifest(model, MODEL_PATH, content.length()));
          BundleSigner.sign(bundle, signer);
          Files.writeString(bundle.resolve(MODEL_PATH), afterSigning.apply(content));
        });
  }

  /** Fills a folder. */
  @FunctionalInterface
  private interface Filling {
    void fill(Path bundle) throws IOException;
  }

  private synchronized byte[] archive(Filling filling) {
    Path bundle = directory.resolve("bundle-" + made++);
    Path archive = directory.resolve(bundle.getFileName() + ".tar");
    try {
      Files.createDirectories(bundle.resolve("models"));
      filling.fill(bundle);
      BundleArchive.pack(bundle, archive);
      return Files.readAllBytes(archive);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path bundle, String content, Manifest manifest) throws IOException {
    Files.writeString(bundle.resolve(MODEL_PATH), content);
    Files.write(bundle.resolve(BundlePaths.BASELINE), BASELINE);
    Files.write(bundle.resolve(BundlePaths.MANIFEST), ManifestCodec.encode(manifest));
  }

  private byte[] signature(String model, Path bundle) throws IOException {
    List<Statement.Resource> resources = new ArrayList<>();
    for (String path : BundleFiles.list(bundle).keySet()) {
      resources.add(new Statement.Resource(path, Digest.ofFile(bundle.resolve(path))));
    }
    byte[] payload =
        ModelSignatureCodec.encodeStatement(
            Statement.of(model, resources), List.of(BundlePaths.SIGNATURE));
    return ModelSignatureCodec.encode(
        new ModelSignature(
            EnvelopeCodec.decode(Dsse.sign(ModelSignatureCodec.PAYLOAD_TYPE, payload, key)),
            Optional.of(key.verifyingKey().keyId()),
            Optional.empty()));
  }

  private static Manifest manifest(String model, String path, long size) {
    List<Dimension> shape = List.of(Dimension.open("batch"), Dimension.of(2));
    return new Manifest(
        Manifest.FORMAT,
        model,
        List.of(TensorSpec.of("input", ElementType.FP32, shape)),
        List.of(
            TensorSpec.of("output", ElementType.FP32, shape).withCategories(List.of("no", "yes"))),
        List.of(new Variant("fp32", path, 6, Map.of("", 13L), List.of(), size)),
        new Lineage(
            Optional.empty(), false, List.of("d:1@sha256:" + "ab".repeat(32)), Optional.empty()),
        CaptureDefault.NONE,
        Map.of());
  }
}
