package io.flotilla.cli.demo;

import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.codec.GoldenCodec;
import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Bad successors of a good version, made from its content. */
enum Attack {
  /** Signed by the right publisher, then changed in one byte. */
  TAMPERED("one byte of the model changed after signing", ErrorCode.BUNDLE_DIGEST_MISMATCH) {
    @Override
    void spoil(Path bundle, SigningKey publisher) throws IOException {
      BundleSigner.sign(bundle, publisher);
      Path model = bundle.resolve(BundlePaths.MODELS).resolve("model.onnx");
      byte[] bytes = Files.readAllBytes(model);
      bytes[bytes.length / 2] ^= 1;
      Files.write(model, bytes);
    }
  },
  /** Of other origin, and signed by somebody the devices' trust policy does not name. */
  FOREIGN("signed by an unknown publisher", ErrorCode.PUBLISHER_UNKNOWN) {
    @Override
    void spoil(Path bundle, SigningKey publisher) throws IOException {
      // The digest of a bundle does not depend on who signs: only other content is another version.
      Path file = bundle.resolve(BundlePaths.MANIFEST);
      Manifest good = ManifestCodec.decode(Files.readAllBytes(file));
      Files.write(file, ManifestCodec.encode(fromElsewhere(good)));
      BundleSigner.sign(bundle, SigningKey.generate());
    }
  },
  /** Properly signed, but the model does not compute what its own golden vectors say. */
  WRONG("properly signed, golden vectors that fail", ErrorCode.GOLDEN_VECTORS_FAILED) {
    @Override
    void spoil(Path bundle, SigningKey publisher) throws IOException {
      Path golden = bundle.resolve(BundlePaths.GOLDEN_VECTORS);
      GoldenVectors right = GoldenCodec.decode(Files.readAllBytes(golden));
      List<GoldenCase> wrong = right.cases().stream().map(Attack::withReversedOutputs).toList();
      Files.write(golden, GoldenCodec.encode(new GoldenVectors(wrong)));
      BundleSigner.sign(bundle, publisher);
    }
  };

  private final String description;
  private final ErrorCode expected;

  Attack(String description, ErrorCode expected) {
    this.description = description;
    this.expected = expected;
  }

  /** What is wrong with it, for people. */
  String description() {
    return description;
  }

  static List<String> expectedCodes() {
    return Arrays.stream(values()).map(attack -> attack.expected.name()).toList();
  }

  abstract void spoil(Path bundle, SigningKey publisher) throws IOException;

  /** Packs a spoilt copy of the good bundle's folder, whose signature is gone, into an archive. */
  Path pack(Path unsignedBundle, SigningKey publisher, Path archive) throws IOException {
    spoil(unsignedBundle, publisher);
    BundleArchive.pack(unsignedBundle, archive);
    return archive;
  }

  private static Manifest fromElsewhere(Manifest good) {
    Map<String, String> properties = new HashMap<>(good.properties());
    properties.put("origin", "elsewhere");
    return new Manifest(
        good.format(),
        good.name(),
        good.inputs(),
        good.outputs(),
        good.variants(),
        good.lineage(),
        good.capture(),
        properties);
  }

  private static GoldenCase withReversedOutputs(GoldenCase right) {
    Map<String, Tensor> outputs = new HashMap<>();
    right
        .outputs()
        .forEach(
            (name, tensor) ->
                outputs.put(name, tensor.type() == ElementType.FP32 ? reversed(tensor) : tensor));
    return new GoldenCase(
        right.name(),
        right.inputs(),
        outputs,
        right.absoluteTolerance(),
        right.relativeTolerance());
  }

  private static Tensor reversed(Tensor tensor) {
    float[] values = tensor.toFloats();
    float[] reversed = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      reversed[i] = values[values.length - 1 - i];
    }
    return Tensor.ofFloats(tensor.shape(), reversed);
  }
}
