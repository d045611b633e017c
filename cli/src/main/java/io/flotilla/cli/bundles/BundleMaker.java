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
import io.flotilla.hardware.probe.ModelProbe;
import io.flotilla.hardware.probe.ProbeLimits;
import io.flotilla.hardware.probe.ProbeResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes an unsigned bundle of ONNX files that anyone made. */
public final class BundleMaker {
  private static final String MODEL_PATH = BundlePaths.MODELS + "model.onnx";

  /** Every recorded input helps a first retraining; operators lower it by their own policy. */
  private static final CaptureDefault CAPTURE = new CaptureDefault(1, 200);

  private final Accelerator accelerator;

  /** A maker that runs models on this accelerator. */
  public BundleMaker(Accelerator accelerator) {
    this.accelerator = accelerator;
  }

  /**
   * Inspects the models, runs the first one, and writes the bundle.
   *
   * @param directory new folder
   * @throws FlotillaException
   *     <ul>
   *       <li>{@code NAME_INVALID}: the name is not one of a model
   *       <li>{@code FILE_MISSING}, {@code MODEL_MALFORMED}, {@code MODEL_TOO_NEW}, {@code
   *           MODEL_UNSUPPORTED}, {@code LOAD_FAILED}: the model file is not usable
   *       <li>{@code GOLDEN_VECTORS_MISSING}, {@code GOLDEN_VECTORS_FAILED}, {@code INPUT_INVALID}:
   *           golden vectors or rows do not fit the model
   *       <li>{@code INSPECTION_FAILED}: it crashes, hangs or eats memory on made-up inputs
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
    List<OnnxFacts> facts = new ArrayList<>();
    for (VariantSource variant : draft.variants()) {
      facts.add(inspect(variant, facts));
    }
    Manifest manifest = manifest(draft, facts);
    GoldenOrigin origin = origin(draft.golden());
    GoldenVectors golden = golden(draft, manifest, origin);
    Files.createDirectories(directory.resolve(BundlePaths.MODELS));
    Files.createDirectories(directory.resolve("tests"));
    for (int i = 0; i < draft.variants().size(); i++) {
      Files.copy(
          draft.variants().get(i).file(), directory.resolve(manifest.variants().get(i).path()));
    }
    Files.write(directory.resolve(BundlePaths.GOLDEN_VECTORS), GoldenCodec.encode(golden));
    for (Map.Entry<String, Path> folder : draft.folders().entrySet()) {
      copyFolder(folder.getValue(), directory, folder.getKey());
    }
    Files.write(directory.resolve(BundlePaths.MANIFEST), ManifestCodec.encode(manifest));
    return new MadeBundle(manifest, golden.cases().size(), origin);
  }

  /** Inspects a file; all variants of a model have the inputs and outputs of the first. */
  private static OnnxFacts inspect(VariantSource variant, List<OnnxFacts> before) {
    OnnxFacts facts = OnnxInspector.inspect(variant.file());
    if (!facts.externalData().isEmpty()) {
      throw new FlotillaException(
          ErrorCode.MODEL_UNSUPPORTED,
          "%s keeps weights in %s; save it as one file"
              .formatted(variant.file(), facts.externalData()));
    }
    if (!before.isEmpty()) {
      OnnxFacts first = before.getFirst();
      if (!first.inputs().equals(facts.inputs()) || !first.outputs().equals(facts.outputs())) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "the variant %s has other inputs or outputs (%s → %s) than the first one (%s → %s)"
                .formatted(
                    variant.id(),
                    facts.inputs(),
                    facts.outputs(),
                    first.inputs(),
                    first.outputs()));
      }
    }
    return facts;
  }

  private static GoldenOrigin origin(BundleDraft.Golden golden) {
    if (golden.vectors().isPresent()) {
      return GoldenOrigin.GIVEN;
    }
    return golden.rows().isPresent() ? GoldenOrigin.OWN_ROWS : GoldenOrigin.MADE_UP;
  }

  private GoldenVectors golden(BundleDraft draft, Manifest manifest, GoldenOrigin origin)
      throws IOException {
    Path first = draft.variants().getFirst().file();
    if (origin == GoldenOrigin.MADE_UP) {
      requireThatItEnds(first);
    }
    try (LoadedModel model = accelerator.load(first, LoadOptions.DEFAULT)) {
      GoldenMaker maker = new GoldenMaker(model, new RowLayout(manifest.inputs()));
      return switch (origin) {
        case GIVEN -> maker.given(draft.golden().vectors().orElseThrow());
        case OWN_ROWS -> maker.fromRows(draft.golden().rows().orElseThrow());
        case MADE_UP -> maker.madeUp();
      };
    }
  }

  /**
   * Tries a model on made-up inputs in a process that can be killed, before it runs in this one.
   */
  private static void requireThatItEnds(Path model) throws IOException {
    Path work = Files.createTempDirectory("flotilla-try-");
    try {
      ProbeResult result =
          new ModelProbe(ProbeLimits.DEFAULT.forModelOf(Files.size(model)), work)
              .probe(model)
              .result();
      switch (result) {
        case ProbeResult.Crashed _, ProbeResult.TimedOut _, ProbeResult.OutOfMemory _ ->
            throw new FlotillaException(
                ErrorCode.INSPECTION_FAILED,
                "on made-up inputs %s; give real ones with --golden-from-csv or --golden"
                    .formatted(result.message()));
        case ProbeResult.Ran _, ProbeResult.Refused _ -> {
          // What the runtime refuses, it refuses in its own words when it is loaded here.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlotillaException(ErrorCode.INTERNAL, "interrupted while trying the model", e);
    } finally {
      Folders.delete(work);
    }
  }

  private static Manifest manifest(BundleDraft draft, List<OnnxFacts> facts) {
    OnnxFacts first = facts.getFirst();
    BundleDraft.Schema schema = draft.schema();
    List<TensorSpec> outputs =
        new ArrayList<>(TensorNotes.complete(specs(first.outputs()), schema.outputs(), "output"));
    if (!schema.categories().isEmpty() && !outputs.isEmpty()) {
      outputs.set(0, outputs.getFirst().withCategories(schema.categories()));
    }
    List<Variant> variants = new ArrayList<>();
    for (int i = 0; i < facts.size(); i++) {
      variants.add(variant(draft.variants().get(i), facts.get(i)));
    }
    Map<String, String> properties = new TreeMap<>(draft.properties());
    first.producer().ifPresent(producer -> properties.putIfAbsent("producer", producer));
    return new Manifest(
        Manifest.FORMAT,
        draft.name(),
        TensorNotes.complete(specs(first.inputs()), schema.inputs(), "input"),
        outputs,
        variants,
        draft.lineage(),
        CAPTURE,
        properties);
  }

  /** A file as a bundle's manifest describes it. */
  public static Variant variant(VariantSource source) {
    return variant(source, OnnxInspector.inspect(source.file()));
  }

  private static Variant variant(VariantSource source, OnnxFacts facts) {
    Map<String, Long> opsets = new TreeMap<>();
    // The manifest names the default domain as ONNX files do: by the empty text.
    facts
        .opsets()
        .forEach((domain, version) -> opsets.put(domain.equals("ai.onnx") ? "" : domain, version));
    String path =
        source.id().equals(VariantSource.ONLY)
            ? MODEL_PATH
            : BundlePaths.MODELS + source.id() + ".onnx";
    return new Variant(
        source.id(), path, facts.irVersion(), opsets, source.providers(), facts.sizeBytes());
  }

  private static List<TensorSpec> specs(List<ModelTensor> tensors) {
    return tensors.stream().map(t -> TensorSpec.of(t.name(), t.type(), t.shape())).toList();
  }

  private static void copyFolder(Path from, Path bundle, String folder) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String relative = from.relativize(file).toString().replace('\\', '/');
        Path target = bundle.resolve(BundlePaths.requireSafe(folder + "/" + relative));
        Files.createDirectories(Path.of(String.valueOf(target.getParent())));
        Files.copy(file, target);
      }
    }
  }
}
