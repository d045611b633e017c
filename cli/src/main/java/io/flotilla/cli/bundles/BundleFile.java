package io.flotilla.cli.bundles;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.manifest.Range;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.files.SmallFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A {@code bundle.yaml}: what a bundle is to be made of, in a file. Paths are relative to the
 * file's folder and stay inside it.
 */
final class BundleFile {
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "variants",
          "inputs",
          "outputs",
          "golden",
          "goldenRows",
          "assets",
          "hooks",
          "environment",
          "datasets",
          "properties");
  private static final Set<String> VARIANT_KEYS = Set.of("id", "file", "providers");
  private static final Set<String> TENSOR_KEYS =
      Set.of("name", "unit", "meaning", "range", "categories");

  private final Path file;
  private final Path folder;
  private final Json content;

  private BundleFile(Path file, Json content) {
    this.file = file;
    this.folder = Path.of(String.valueOf(file.toAbsolutePath().normalize().getParent()));
    this.content = content;
  }

  /**
   * Reads one.
   *
   * @throws FlotillaException {@code FILE_MISSING}; {@code INPUT_INVALID} if it is not YAML, has a
   *     key that is not known, lacks one, or names a path outside of its folder
   */
  static BundleFile read(Path file) {
    BundleFile read = new BundleFile(file, Json.parseYaml(SmallFile.text(file)));
    read.requireKeys(read.content, KEYS, "");
    return read;
  }

  /** The file that git is asked about. */
  Path file() {
    return file;
  }

  /** Datasets as lineage names them. */
  List<String> datasets() {
    return texts(content.get("datasets"));
  }

  /** The draft, with this lineage. */
  BundleDraft draft(Optional<String> name, Map<String, String> described, Lineage lineage) {
    Map<String, String> properties = new TreeMap<>(described);
    Json given = content.get("properties");
    given.names().forEach(key -> properties.put(key, given.text(key)));
    if (content.get("environment").isPresent()) {
      properties.put(ModelSource.ENVIRONMENT, content.text("environment"));
    }
    Map<String, Path> folders = new TreeMap<>();
    for (String key : List.of("assets", "hooks")) {
      path(content.get(key)).ifPresent(path -> folders.put(key, path));
    }
    return new BundleDraft(
        name.orElseGet(() -> required(content, "name")),
        variants(),
        new BundleDraft.Golden(path(content.get("golden")), path(content.get("goldenRows"))),
        folders,
        new BundleDraft.Schema(
            notes(content.get("inputs")), notes(content.get("outputs")), List.of()),
        properties,
        lineage);
  }

  private List<VariantSource> variants() {
    List<VariantSource> variants = new ArrayList<>();
    for (Json variant : content.get("variants").items()) {
      requireKeys(variant, VARIANT_KEYS, "variants: ");
      variants.add(
          new VariantSource(
              required(variant, "id"),
              inside(required(variant, "file")),
              texts(variant.get("providers"))));
    }
    if (variants.isEmpty()) {
      throw invalid("needs variants, each with an id and a file");
    }
    return variants;
  }

  private List<TensorNotes> notes(Json tensors) {
    List<TensorNotes> notes = new ArrayList<>();
    for (Json tensor : tensors.items()) {
      requireKeys(tensor, TENSOR_KEYS, "inputs and outputs: ");
      notes.add(
          new TensorNotes(
              required(tensor, "name"),
              text(tensor.get("unit")),
              text(tensor.get("meaning")),
              range(tensor.get("range")),
              texts(tensor.get("categories"))));
    }
    return notes;
  }

  private Optional<Range> range(Json ends) {
    if (!ends.isPresent()) {
      return Optional.empty();
    }
    if (ends.size() != 2) {
      throw invalid("has a range that is not [lowest, highest]");
    }
    return Optional.of(new Range(ends.get(0).asDouble(), ends.get(1).asDouble()));
  }

  private Optional<Path> path(Json text) {
    return text(text).map(this::inside);
  }

  private Path inside(String relative) {
    Path path = folder.resolve(relative).normalize();
    if (!path.startsWith(folder)) {
      throw invalid("names %s, which lies outside of its folder".formatted(relative));
    }
    return path;
  }

  private String required(Json object, String key) {
    return text(object.get(key)).orElseThrow(() -> invalid("lacks '%s'".formatted(key)));
  }

  private static Optional<String> text(Json value) {
    return Optional.of(value.asText()).filter(text -> !text.isEmpty());
  }

  private static List<String> texts(Json list) {
    return list.items().stream().map(Json::asText).toList();
  }

  private void requireKeys(Json object, Set<String> known, String where) {
    if (!object.isObject()) {
      throw invalid(where + "is not a mapping of keys to values");
    }
    for (String key : object.names()) {
      if (!known.contains(key)) {
        throw invalid(
            "%sdoes not know '%s'; known are %s"
                .formatted(where, key, known.stream().sorted().toList()));
      }
    }
  }

  private FlotillaException invalid(String what) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, "%s: %s".formatted(file, what));
  }
}
