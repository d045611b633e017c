package io.flotilla.registry.search;

import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What can be searched of one model version that is not deleted.
 *
 * @param model name of the model
 * @param version from 1
 * @param origin what never changes
 * @param inputs of the model
 * @param tags of the version, as they are now
 * @param metrics of the version, as they are now
 * @param aliases that point to it now, in order
 */
public record SearchDocument(
    String model,
    int version,
    Origin origin,
    List<Input> inputs,
    Map<String, String> tags,
    Map<String, Double> metrics,
    List<String> aliases) {
  private static final char SEPARATOR = '\0';

  /** Copies the collections. */
  public SearchDocument {
    inputs = List.copyOf(inputs);
    tags = Map.copyOf(tags);
    metrics = Map.copyOf(metrics);
    aliases = aliases.stream().sorted().toList();
  }

  /**
   * What never changes.
   *
   * @param atMs when it was registered, Unix time in milliseconds
   * @param verified whether its signature held
   * @param publisher who signed it, if verified
   * @param environment {@code name:version}, if it names one
   * @param datasets each {@code name:version}
   */
  public record Origin(
      long atMs,
      boolean verified,
      Optional<String> publisher,
      Optional<String> environment,
      List<String> datasets) {
    /** Copies the list. */
    public Origin {
      datasets = List.copyOf(datasets);
    }
  }

  /**
   * An input of the model.
   *
   * @param name of the tensor
   * @param type of its elements
   * @param shape outermost dimension first
   */
  public record Input(String name, ElementType type, List<Dimension> shape) {
    /** Copies the list. */
    public Input {
      shape = List.copyOf(shape);
    }
  }

  /** Its place in the order of names. */
  String reference() {
    return IndexKeys.reference(model, version);
  }

  /** Everything that it can be found by as one of a set. */
  Set<String> facets() {
    Set<String> facets = new TreeSet<>();
    tags.forEach(
        (key, value) -> {
          facets.add(facet("tag", key));
          facets.add(facet("tag", key, value));
        });
    aliases.forEach(alias -> facets.add(facet("alias", alias)));
    inputs.forEach(input -> facets.add(facet("rank", Integer.toString(input.shape().size()))));
    origin.publisher().ifPresent(publisher -> facets.add(facet("publisher", publisher)));
    origin.environment().ifPresent(reference -> addReference(facets, "environment", reference));
    origin.datasets().forEach(reference -> addReference(facets, "dataset", reference));
    return facets;
  }

  /** Parts do not hold the separator: it is a control character, which names and tags lack. */
  static String facet(String... parts) {
    return String.join(String.valueOf(SEPARATOR), parts);
  }

  private static void addReference(Set<String> facets, String kind, String reference) {
    facets.add(facet(kind, reference));
    facets.add(facet(kind, nameOf(reference)));
  }

  /** {@code name} of {@code name:version}. */
  static String nameOf(String reference) {
    int colon = reference.indexOf(':');
    return colon < 0 ? reference : reference.substring(0, colon);
  }
}
