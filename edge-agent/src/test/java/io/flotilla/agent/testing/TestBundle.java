package io.flotilla.agent.testing;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.codec.GoldenCodec;
import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.BaselineBuilder;
import io.flotilla.drift.BaselineInput;
import io.flotilla.drift.CohortRows;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A signed and packed bundle of a {@link TinyModel}.
 *
 * @param folder the bundle's folder
 * @param archive its archive
 * @param version what it is
 */
public record TestBundle(Path folder, Path archive, VersionRef version) {
  /** Name of the model. */
  public static final String MODEL = "tiny";

  /** Labels of the output. */
  public static final List<String> CATEGORIES = List.of("a", "b", "c");

  /** Rows of a drift window. */
  public static final int WINDOW_ROWS = 50;

  /** Shape of one row. */
  public static final List<Long> ROW = List.of(1L, (long) TinyModel.INPUTS);

  /** What to put into a bundle. */
  public record Content(
      TinyModel model, List<GoldenCase> golden, double sampleRate, int ballastBytes) {
    /** A good bundle of a model. */
    public static Content of(float scale) {
      TinyModel model = new TinyModel(scale);
      List<GoldenCase> golden = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        float[] row = row(i);
        golden.add(
            new GoldenCase(
                "case-" + i,
                Map.of("input", Tensor.ofFloats(ROW, row)),
                Map.of(
                    "output",
                    Tensor.ofFloats(List.of(1L, (long) TinyModel.OUTPUTS), model.expected(row))),
                1e-5,
                1e-5));
      }
      return new Content(model, golden, 1.0, 200_000);
    }

    /** The same keeping this share of inputs. */
    public Content withSampleRate(double share) {
      return new Content(model, golden, share, ballastBytes);
    }

    /** The same with other golden vectors. */
    public Content withGolden(List<GoldenCase> other) {
      return new Content(model, other, sampleRate, ballastBytes);
    }
  }

  /** The i-th input of a fixed series. */
  public static float[] row(int i) {
    return new float[] {i % 7, (i * 3) % 5, (i * 5) % 11 - 4, i % 3};
  }

  /** The i-th input as the model takes it. */
  public static Map<String, Tensor> input(int i) {
    return Map.of("input", Tensor.ofFloats(ROW, row(i)));
  }

  /** Makes, signs and packs a bundle. */
  public static TestBundle make(Path root, int number, Content content, SigningKey publisher) {
    try {
      Path folder = write(root.resolve("bundle-" + number), content);
      Digest digest = BundleSigner.sign(folder, publisher);
      Path archive = root.resolve("bundle-" + number + ".tar");
      BundleArchive.pack(folder, archive);
      return new TestBundle(folder, archive, new VersionRef(MODEL, number, digest.hex()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The archive as an assignment names it. */
  public Assignment.Archive transport() {
    try {
      return new Assignment.Archive(
          Files.size(archive), Digest.ofFile(archive).hex(), table().listDigest().hex());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its chunks. */
  public ChunkTable table() {
    return ChunkTable.of(archive);
  }

  /** The bytes of a chunk. */
  public byte[] chunk(int index) {
    try {
      byte[] all = Files.readAllBytes(archive);
      int from = (int) table().offsetOf(index);
      return Arrays.copyOfRange(all, from, from + table().lengthOf(index));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(Path folder, Content content) throws IOException {
    Files.createDirectories(folder.resolve("models"));
    Files.createDirectories(folder.resolve("tests"));
    byte[] onnx = content.model().onnx();
    Files.write(folder.resolve("models/model.onnx"), onnx);
    if (!content.golden().isEmpty()) {
      Files.write(
          folder.resolve("tests/golden.cbor"),
          GoldenCodec.encode(new GoldenVectors(content.golden())));
    }
    byte[] ballast = new byte[content.ballastBytes()];
    new Random(42).nextBytes(ballast);
    Files.createDirectories(folder.resolve("assets"));
    Files.write(folder.resolve("assets/ballast.bin"), ballast);
    Files.write(folder.resolve("baseline.cbor"), DriftCodec.encode(baseline(content.model())));
    Files.write(folder.resolve("bundle.json"), ManifestCodec.encode(manifest(content, onnx)));
    return folder;
  }

  private static Baseline baseline(TinyModel model) {
    float[][] rows = new float[500][];
    int[] predicted = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = row(i);
      predicted[i] = largest(model.expected(rows[i]));
    }
    return BaselineBuilder.build(
        new BaselineInput(
            List.of("f0", "f1", "f2", "f3"),
            Map.of("reference", new CohortRows(rows, predicted)),
            CATEGORIES,
            WINDOW_ROWS));
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static Manifest manifest(Content content, byte[] onnx) {
    List<Dimension> batch = List.of(Dimension.open("batch"), Dimension.of(TinyModel.INPUTS));
    List<Dimension> answer = List.of(Dimension.open("batch"), Dimension.of(TinyModel.OUTPUTS));
    return new Manifest(
        Manifest.FORMAT,
        MODEL,
        List.of(TensorSpec.of("input", ElementType.FP32, batch)),
        List.of(TensorSpec.of("output", ElementType.FP32, answer).withCategories(CATEGORIES)),
        List.of(
            new Variant("fp32", "models/model.onnx", 7, Map.of("", 13L), List.of(), onnx.length)),
        new Lineage(Optional.empty(), false, List.of(), Optional.empty()),
        new CaptureDefault(content.sampleRate(), WINDOW_ROWS),
        Map.of());
  }
}
