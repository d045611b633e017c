package io.flotilla.bundle.manifest;

import io.flotilla.bundle.failure.Printable;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What a bundle says about itself.
 *
 * @param format version of the manifest; {@link #FORMAT}
 * @param name name of the model: 1 to 64 lower-case letters, digits, dots, hyphens and underscores,
 *     beginning with a letter or digit
 * @param inputs what goes in, 1 to 256, names distinct
 * @param outputs what comes out, 1 to 256, names distinct
 * @param variants the model files, best first, 1 to 32, ids and paths distinct
 * @param lineage where it came from
 * @param capture what devices record by default
 * @param properties free text by key, at most 128 entries, each value at most 4,096 characters
 */
public record Manifest(
    int format,
    String name,
    List<TensorSpec> inputs,
    List<TensorSpec> outputs,
    List<Variant> variants,
    Lineage lineage,
    CaptureDefault capture,
    Map<String, String> properties) {
  /** The version of the manifest that this release reads and writes. */
  public static final int FORMAT = 1;

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final int MAX_TENSORS = 256;
  private static final int MAX_VARIANTS = 32;
  private static final int MAX_PROPERTIES = 128;
  private static final int MAX_KEY_CHARS = 64;
  private static final int MAX_VALUE_CHARS = 4096;

  /**
   * Checks the parts against each other.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MANIFEST_INVALID} if the format is
   *     another, the name is not one, a list is empty or too long, or something repeats
   */
  public Manifest {
    Invalid.unless(
        format == FORMAT,
        "the manifest has format %d, this release reads %d".formatted(format, FORMAT));
    Invalid.unless(isName(name), "not a name of a model: \"%s\"".formatted(Printable.of(name)));
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    variants = List.copyOf(variants);
    requireDistinct(inputs, TensorSpec::name, MAX_TENSORS, "inputs");
    requireDistinct(outputs, TensorSpec::name, MAX_TENSORS, "outputs");
    requireDistinct(variants, Variant::id, MAX_VARIANTS, "variants");
    requireDistinct(variants, Variant::path, MAX_VARIANTS, "variants");
    properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
    Invalid.unless(properties.size() <= MAX_PROPERTIES, "the manifest has too many properties");
    properties.forEach(
        (key, value) ->
            Invalid.unless(
                key.length() <= MAX_KEY_CHARS && value.length() <= MAX_VALUE_CHARS,
                "a property of the manifest is too long"));
  }

  /** Whether a text can be the name of a model. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** The first variant that this execution provider may run. */
  public Optional<Variant> variantFor(String provider) {
    return variants.stream().filter(variant -> variant.admits(provider)).findFirst();
  }

  private static <T> void requireDistinct(
      List<T> items, Function<T, String> key, int most, String what) {
    Invalid.unless(
        !items.isEmpty() && items.size() <= most,
        "the manifest needs 1 to %d %s".formatted(most, what));
    Set<String> seen = new HashSet<>();
    for (T item : items) {
      Invalid.unless(
          seen.add(key.apply(item)),
          "the manifest's %s name %s twice".formatted(what, Printable.of(key.apply(item))));
    }
  }
}
