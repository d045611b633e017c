package io.flotilla.registry.search;

import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One condition of a query. */
sealed interface Term {
  /** Whether a version meets it. */
  boolean matches(SearchDocument document);

  /** A part of the index that holds every version that meets it, where there is one. */
  default Optional<KeyRange> range() {
    return Optional.empty();
  }

  /** The same, if there is one in this order. */
  default Optional<KeyRange> along(Sort sort) {
    return sort.equals(Sort.NAME) ? range() : Optional.empty();
  }

  /** The range of all versions with a facet. */
  private static Optional<KeyRange> having(String... facet) {
    return Optional.of(KeyRange.all(IndexKeys.facet(SearchDocument.facet(facet))));
  }

  /**
   * {@code name=digits-*}.
   *
   * @param pattern {@code *} stands for any characters, {@code ?} for one
   */
  record Name(String pattern) implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      return matchesModel(document.model());
    }

    boolean matchesModel(String model) {
      return Glob.matches(pattern, model);
    }

    @Override
    public Optional<KeyRange> range() {
      return along(Sort.NAME);
    }

    @Override
    public Optional<KeyRange> along(Sort sort) {
      int wild = 0;
      while (wild < pattern.length() && "*?".indexOf(pattern.charAt(wild)) < 0) {
        wild++;
      }
      String fixed = pattern.substring(0, wild) + (wild == pattern.length() ? "/" : "");
      String from = sort.prefix() + sort.position(fixed);
      return fixed.isEmpty() || !sort.isByName()
          ? Optional.empty()
          : Optional.of(new KeyRange(sort.prefix(), from, from + IndexKeys.LAST));
    }
  }

  /**
   * {@code tag.team=vision}, or {@code tag.team} for any value.
   *
   * @param key of the tag
   * @param value of the tag; empty for any
   */
  record Tag(String key, Optional<String> value) implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      String actual = document.tags().get(key);
      return actual != null && value.map(actual::equals).orElse(true);
    }

    @Override
    public Optional<KeyRange> range() {
      return value.isPresent() ? having("tag", key, value.get()) : having("tag", key);
    }
  }

  /** {@code alias=champion}. */
  record Alias(String alias) implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      return document.aliases().contains(alias);
    }

    @Override
    public Optional<KeyRange> range() {
      return having("alias", alias);
    }
  }

  /** {@code metric.accuracy>0.9}; a version without the metric does not meet it. */
  record Metric(String metric, Comparison comparison, double bound) implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      Double actual = document.metrics().get(metric);
      return actual != null && comparison.holds(actual, bound);
    }

    @Override
    public Optional<KeyRange> range() {
      return along(Sort.byMetric(metric));
    }

    @Override
    public Optional<KeyRange> along(Sort sort) {
      if (!sort.field().equals(Sort.byMetric(metric).field())) {
        return Optional.empty();
      }
      // What is equal to the bound is taken along; matches() decides.
      String at = IndexKeys.ordered(bound);
      return Optional.of(
          switch (comparison) {
            case EQUAL -> KeyRange.between(sort, at, at);
            case GREATER, AT_LEAST -> KeyRange.between(sort, at, IndexKeys.GREATEST);
            case LESS, AT_MOST -> KeyRange.between(sort, IndexKeys.SMALLEST, at);
          });
    }
  }

  /**
   * {@code input=FP32[?,64]} or {@code input.pixels=[1,3,224,224]}: some input, or the one of that
   * name, takes such a tensor.
   *
   * @param name of the input; empty for any
   * @param type of its elements; empty for any
   * @param shape a length, which a fixed dimension must have and an open one admits, or empty for
   *     any; no list at all for any shape
   */
  record Input(
      Optional<String> name, Optional<ElementType> type, Optional<List<OptionalLong>> shape)
      implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      return document.inputs().stream().anyMatch(this::admits);
    }

    @Override
    public Optional<KeyRange> range() {
      return shape.flatMap(lengths -> having("rank", Integer.toString(lengths.size())));
    }

    private boolean admits(SearchDocument.Input input) {
      return name.map(input.name()::equals).orElse(true)
          && type.map(one -> one == input.type()).orElse(true)
          && shape.map(lengths -> fits(lengths, input.shape())).orElse(true);
    }

    private static boolean fits(List<OptionalLong> lengths, List<Dimension> dimensions) {
      if (lengths.size() != dimensions.size()) {
        return false;
      }
      for (int i = 0; i < lengths.size(); i++) {
        OptionalLong length = lengths.get(i);
        if (length.isPresent() && !dimensions.get(i).admits(length.getAsLong())) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * {@code registered>=2026-11-01}.
   *
   * @param fromMs first moment, Unix time in milliseconds
   * @param untilMs first moment that is too late
   */
  record Registered(long fromMs, long untilMs) implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      long atMs = document.origin().atMs();
      return atMs >= fromMs && atMs < untilMs;
    }

    @Override
    public Optional<KeyRange> range() {
      return along(Sort.REGISTERED);
    }

    @Override
    public Optional<KeyRange> along(Sort sort) {
      return sort.field().equals(Sort.REGISTERED.field())
          ? Optional.of(
              KeyRange.between(sort, IndexKeys.ordered(fromMs), IndexKeys.ordered(untilMs)))
          : Optional.empty();
    }
  }

  /** {@code publisher=acme}. */
  record PublishedBy(String publisher) implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      return document.origin().publisher().map(publisher::equals).orElse(false);
    }

    @Override
    public Optional<KeyRange> range() {
      return having("publisher", publisher);
    }
  }

  /** {@code environment=edge:2}, or {@code environment=edge} for any version of it. */
  record InEnvironment(String reference) implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      return document.origin().environment().filter(one -> names(reference, one)).isPresent();
    }

    @Override
    public Optional<KeyRange> range() {
      return having("environment", reference);
    }
  }

  /** {@code dataset=digits:4}, or {@code dataset=digits} for any version of it. */
  record OnDataset(String reference) implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      return document.origin().datasets().stream().anyMatch(one -> names(reference, one));
    }

    @Override
    public Optional<KeyRange> range() {
      return having("dataset", reference);
    }
  }

  /** {@code verified=true}. */
  record Verified(boolean verified) implements Term {
    @Override
    public boolean matches(SearchDocument document) {
      return document.origin().verified() == verified;
    }
  }

  private static boolean names(String asked, String reference) {
    return reference.equals(asked) || SearchDocument.nameOf(reference).equals(asked);
  }
}
