package io.flotilla.cli.bundles;

import io.flotilla.bundle.codec.GoldenCodec;
import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.files.SmallFile;
import io.flotilla.conversion.codec.ConversionJson;
import io.flotilla.conversion.diff.DiffReport;
import io.flotilla.conversion.diff.ModelDiff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code flotilla bundle diff}. */
@Command(
    name = "diff",
    description = {
      "Say in words what changed from one bundle to another.",
      "Variants, graph, weights per tensor, schema, golden cases, environment, lineage, files. Neither",
      "is verified."
    },
    footer = {"Example:", "  flotilla bundle diff digits-1.tar digits-2.tar"})
public final class BundleDiffCommand extends CommandGroup implements Callable<Integer> {
  private static final int MAX_GOLDEN_BYTES = 64 << 20;

  @Parameters(paramLabel = "A", description = "Folder or archive.")
  private Path a = Path.of("");

  @Parameters(paramLabel = "B", description = "Folder or archive.")
  private Path b = Path.of("");

  /** The command on this terminal. */
  public BundleDiffCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws IOException {
    try (OpenBundle before = OpenBundle.open(a);
        OpenBundle after = OpenBundle.open(b)) {
      Manifest old = BundleVerifier.inspect(before.directory()).manifest();
      Manifest young = BundleVerifier.inspect(after.directory()).manifest();
      List<String> words = new ArrayList<>(manifest(old, young));
      words.addAll(golden(before.directory(), after.directory()));
      words.addAll(files(before.directory(), after.directory()));
      Json models = Json.object();
      for (Variant variant : young.variants()) {
        Optional<Variant> same = find(old, variant.id());
        if (same.isPresent()) {
          DiffReport report =
              ModelDiff.between(
                  before.directory().resolve(same.get().path()),
                  after.directory().resolve(variant.path()));
          words.add("Variant %s:".formatted(variant.id()));
          report.words().forEach(line -> words.add("  " + line));
          models.put(variant.id(), Json.parse(ConversionJson.encode(report)));
        }
      }
      Json json = Json.object().put("words", words).put("variants", models);
      console().show(json, j -> String.join("\n", words));
    }
    return 0;
  }

  private static Optional<Variant> find(Manifest manifest, String id) {
    return manifest.variants().stream().filter(variant -> variant.id().equals(id)).findFirst();
  }

  private static List<String> manifest(Manifest old, Manifest young) {
    List<String> words = new ArrayList<>();
    changed(words, "The name", old.name(), young.name());
    words.addAll(named("variant", ids(old.variants()), ids(young.variants())));
    words.addAll(named("input", tensors(old.inputs()), tensors(young.inputs())));
    words.addAll(named("output", tensors(old.outputs()), tensors(young.outputs())));
    words.addAll(named("property", old.properties(), young.properties()));
    changed(words, "The capture default", old.capture(), young.capture());
    changed(words, "The git commit", old.lineage().gitCommit(), young.lineage().gitCommit());
    changed(words, "The run", old.lineage().run(), young.lineage().run());
    changed(words, "The datasets", old.lineage().datasets(), young.lineage().datasets());
    if (words.isEmpty()) {
      words.add("The manifests say the same.");
    }
    return words;
  }

  private static Map<String, String> ids(List<Variant> variants) {
    Map<String, String> ids = new TreeMap<>();
    variants.forEach(
        v ->
            ids.put(
                v.id(), v.providers().isEmpty() ? "for any provider" : v.providers().toString()));
    return ids;
  }

  private static Map<String, String> tensors(List<TensorSpec> specs) {
    Map<String, String> tensors = new TreeMap<>();
    for (TensorSpec spec : specs) {
      String text = spec.type() + spec.shape().toString();
      text += spec.unit().map(unit -> " in " + unit).orElse("");
      text += spec.meaning().map(meaning -> ", " + meaning).orElse("");
      text += spec.range().map(r -> ", %s to %s".formatted(r.min(), r.max())).orElse("");
      text += spec.categories().isEmpty() ? "" : ", categories " + spec.categories();
      tensors.put(spec.name(), text);
    }
    return tensors;
  }

  private static List<String> named(
      String what, Map<String, String> old, Map<String, String> young) {
    List<String> words = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(old.keySet());
    names.addAll(young.keySet());
    for (String name : names) {
      String before = old.get(name);
      String after = young.get(name);
      if (before == null) {
        words.add("The %s %s is new: %s.".formatted(what, name, after));
      } else if (after == null) {
        words.add("The %s %s is gone.".formatted(what, name));
      } else if (!before.equals(after)) {
        words.add("The %s %s changed from %s to %s.".formatted(what, name, before, after));
      }
    }
    return words;
  }

  private static void changed(List<String> words, String what, Object old, Object young) {
    if (!Objects.equals(old, young)) {
      words.add("%s changed from %s to %s.".formatted(what, text(old), text(young)));
    }
  }

  private static String text(Object value) {
    return value instanceof Optional<?> maybe
        ? maybe.map(Object::toString).orElse("none")
        : value.toString();
  }

  private static List<String> golden(Path old, Path young) {
    Map<String, String> before = cases(old);
    Map<String, String> after = cases(young);
    return named("golden case", before, after);
  }

  private static Map<String, String> cases(Path bundle) {
    Path file = bundle.resolve(BundlePaths.GOLDEN_VECTORS);
    Map<String, String> cases = new TreeMap<>();
    if (Files.isRegularFile(file)) {
      for (GoldenCase one : GoldenCodec.decode(SmallFile.bytes(file, MAX_GOLDEN_BYTES)).cases()) {
        cases.put(
            one.name(),
            "tolerance %s absolute, %s relative, content %08x"
                .formatted(
                    one.absoluteTolerance(),
                    one.relativeTolerance(),
                    31 * one.inputs().hashCode() + one.outputs().hashCode()));
      }
    }
    return cases;
  }

  private static List<String> files(Path old, Path young) throws IOException {
    return named("file", Folders.digests(old), Folders.digests(young)).stream()
        .filter(line -> !line.contains(" models/") && !line.contains(BundlePaths.SIGNATURE))
        .filter(line -> !line.contains(BundlePaths.MANIFEST))
        .filter(line -> !line.contains(BundlePaths.GOLDEN_VECTORS))
        .toList();
  }
}
