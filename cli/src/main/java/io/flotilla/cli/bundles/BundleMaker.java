package io.flotilla.cli.bundles;

import io.flotilla.bundle.codec.GoldenCodec;
import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.CaptureDefault;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.cli.rows.RowLayout;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.inspect.OnnxFacts;
import io.flotilla.hardware.inspect.OnnxInspector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes an unsigned bundle of an ONNX file that anyone made. */
public final class BundleMaker {
  private static final String MODEL_PATH = BundlePaths.MODELS + "model.onnx";
  private static final String ASSETS = "assets";
  private static final String VARIANT = "main";

  /** Every recorded input helps a first retraining; operators lower it by their own policy. */
  private static final CaptureDefault CAPTURE = new CaptureDefault(1, 200);

  private final Accelerator accelerator;

  /** A maker that runs models on this accelerator. */
  public BundleMaker(Accelerator accelerator) {
    this.accelerator = accelerator;
  }

  /**
   * Inspects the model, runs it once, and writes the bundle.
   *
   * @param directory new folder
   * @throws FlotillaException
   *     <ul>
   *       <li>{@code NAME_INVALID}: the name is not one of a model
   *       <li>{@code FILE_MISSING}, {@code MODEL_MALFORMED}, {@code MODEL_TOO_NEW}, {@code
   *           MODEL_UNSUPPORTED}, {@code LOAD_FAILED}: the model file is not usable
   *       <li>{@code GOLDEN_VECTORS_MISSING}, {@code GOLDEN_VECTORS_FAILED}, {@code INPUT_INVALID}:
   *           golden vectors or rows do not fit the model
   *       <li>{@code BUNDLE_PATH_UNSAFE}: an asset has a path that no bundle may have
   *     </ul>
   *
   * @throws IOException if the disk fails
   */
  public MadeBundle make(BundleDraft draft, Path directory) throws IOException {
    if (!Manifest.isName(draft.name())) {
      throw new FlotillaException(
          ErrorCode.NAME_INVALID,
          "'%s' is not a name of a model: use 1 to 64 of a-z, 0-9, dot, hyphen and underscore"
              .formatted(draft.name()));
    }
    OnnxFacts facts = OnnxInspector.inspect(draft.model());
    if (!facts.externalData().isEmpty()) {
      throw new FlotillaException(
          ErrorCode.MODEL_UNSUPPORTED,
          "%s keeps weights in %s; save it as one file"
              .formatted(draft.model(), facts.externalData()));
    }
    Manifest manifest = manifest(draft, facts);
    GoldenOrigin origin = origin(draft);
    GoldenVectors golden = golden(draft, manifest, origin);
    Files.createDirectories(directory.resolve(BundlePaths.MODELS));
    Files.createDirectories(directory.resolve("tests"));
    Files.copy(draft.model(), directory.resolve(MODEL_PATH));
    Files.write(directory.resolve(BundlePaths.GOLDEN_VECTORS), GoldenCodec.encode(golden));
    if (draft.assets().isPresent()) {
      copyAssets(draft.assets().get(), directory.resolve(ASSETS));
    }
    Files.write(directory.resolve(BundlePaths.MANIFEST), ManifestCodec.encode(manifest));
    return new MadeBundle(manifest, golden.cases().size(), origin);
  }

  private static GoldenOrigin origin(BundleDraft draft) {
    if (draft.golden().isPresent()) {
      return GoldenOrigin.GIVEN;
    }
    return draft.goldenRows().isPresent() ? GoldenOrigin.OWN_ROWS : GoldenOrigin.MADE_UP;
  }

  private GoldenVectors golden(BundleDraft draft, Manifest manifest, GoldenOrigin origin)
      throws IOException {
    try (LoadedModel model = accelerator.load(draft.model(), LoadOptions.DEFAULT)) {
      GoldenMaker maker = new GoldenMaker(model, new RowLayout(manifest.inputs()));
      return switch (origin) {
        case GIVEN -> maker.given(draft.golden().orElseThrow());
        case OWN_ROWS -> maker.fromRows(draft.goldenRows().orElseThrow());
        case MADE_UP -> maker.madeUp();
      };
    }
  }

  private static Manifest manifest(BundleDraft draft, OnnxFacts facts) {
    List<TensorSpec> outputs = new ArrayList<>(specs(facts.outputs()));
    if (!draft.categories().isEmpty() && !outputs.isEmpty()) {
      outputs.set(0, outputs.getFirst().withCategories(draft.categories()));
    }
    Map<String, Long> opsets = new TreeMap<>();
    // The manifest names the default domain as ONNX files do: by the empty text.
    facts
        .opsets()
        .forEach((domain, version) -> opsets.put(domain.equals("ai.onnx") ? "" : domain, version));
    Variant variant =
        new Variant(VARIANT, MODEL_PATH, facts.irVersion(), opsets, List.of(), facts.sizeBytes());
    Map<String, String> properties = new TreeMap<>(draft.properties());
    facts.producer().ifPresent(producer -> properties.putIfAbsent("producer", producer));
    return new Manifest(
        Manifest.FORMAT,
        draft.name(),
        specs(facts.inputs()),
        outputs,
        List.of(variant),
        draft.lineage(),
        CAPTURE,
        properties);
  }

  private static List<TensorSpec> specs(List<ModelTensor> tensors) {
    return tensors.stream().map(t -> TensorSpec.of(t.name(), t.type(), t.shape())).toList();
  }

  private static void copyAssets(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String relative = from.relativize(file).toString().replace('\\', '/');
        BundlePaths.requireSafe(ASSETS + "/" + relative);
        Path target = to.resolve(relative);
        Files.createDirectories(Path.of(String.valueOf(target.getParent())));
        Files.copy(file, target);
      }
    }
  }
}
