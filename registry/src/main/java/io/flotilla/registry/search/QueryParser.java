package io.flotilla.registry.search;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.registry.name.Names;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the text of a {@link Query}. */
final class QueryParser {
  private static final Pattern GLOB = Pattern.compile("[a-z0-9._*?-]{1,64}");
  private static final Pattern REFERENCE = Pattern.compile("([^:]{1,64})(:[1-9][0-9]{0,8})?");
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?([0-9]{1,30}(\\.[0-9]{0,30})?|\\.[0-9]{1,30})([eE][-+]?[0-9]{1,3})?");
  private static final Pattern TENSOR = Pattern.compile("([A-Z0-9]*)(\\[(.*)\\])?");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,9}");
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration MOMENT = Duration.ofMillis(1);

  private QueryParser() {}

  static List<Term> parse(String text) {
    if (text.length() > Query.MAX_CHARS) {
      throw new FlotillaException(
          ErrorCode.QUERY_INVALID, "a query has at most %d characters".formatted(Query.MAX_CHARS));
    }
    List<Term> terms = new ArrayList<>();
    QueryScanner scanner = new QueryScanner(text);
    for (Optional<Clause> clause = scanner.next(); clause.isPresent(); clause = scanner.next()) {
      terms.add(term(clause.get()));
      if (terms.size() > Query.MAX_TERMS) {
        throw clause.get().invalid("a query has at most %d terms".formatted(Query.MAX_TERMS));
      }
    }
    return terms;
  }

  private static Term term(Clause clause) {
    String field = clause.field();
    if (field.startsWith("tag.")) {
      return tag(clause, field.substring("tag.".length()));
    }
    if (field.startsWith("metric.")) {
      return metric(clause, field.substring("metric.".length()));
    }
    if (field.startsWith("input.")) {
      return input(clause, Optional.of(field.substring("input.".length())));
    }
    return switch (field) {
      case "registered" -> registered(clause);
      case "input" -> input(clause, Optional.empty());
      case "name" -> new Term.Name(clause.equalTo(GLOB, "a pattern of a name, such as digits-*"));
      case "alias" -> new Term.Alias(name(clause, "an alias"));
      case "publisher" -> new Term.PublishedBy(clause.equalTo());
      case "environment" ->
          new Term.InEnvironment(clause.equalTo(REFERENCE, "an environment, such as edge:2"));
      case "dataset" ->
          new Term.OnDataset(clause.equalTo(REFERENCE, "a dataset, such as digits:4"));
      case "verified" ->
          switch (clause.equalTo()) {
            case "true" -> new Term.Verified(true);
            case "false" -> new Term.Verified(false);
            default -> throw clause.invalid("verified is true or false");
          };
      default ->
          throw clause.invalid(
              quoted(field)
                  + " is none of name, tag.KEY, alias, metric.NAME, input, input.NAME, registered,"
                  + " publisher, environment, dataset and verified");
    };
  }

  private static Term tag(Clause clause, String key) {
    if (key.isBlank()) {
      throw clause.invalid("a tag has a key, as in tag.team=vision");
    }
    if (key.endsWith("!") && clause.comparison().isPresent()) {
      throw clause.invalid("there is no !=: a query says what holds, as in tag.team=vision");
    }
    return new Term.Tag(
        key, clause.comparison().isEmpty() ? Optional.empty() : Optional.of(clause.equalTo()));
  }

  private static Term metric(Clause clause, String metric) {
    if (!Names.isMetric(metric)) {
      throw clause.invalid("%s is no name of a metric".formatted(quoted(metric)));
    }
    Comparison comparison = clause.requireComparison();
    if (!NUMBER.matcher(clause.value()).matches()) {
      throw clause.invalid("%s is no number".formatted(quoted(clause.value())));
    }
    double bound = Double.parseDouble(clause.value());
    if (!Double.isFinite(bound)) {
      throw clause.invalid("the number is out of range");
    }
    return new Term.Metric(metric, comparison, bound);
  }

  private static Term input(Clause clause, Optional<String> name) {
    String value = clause.equalTo();
    Matcher parts = TENSOR.matcher(value);
    if (value.isEmpty() || !parts.matches()) {
      throw clause.invalid("an input is a type, a shape or both, such as FP32[?,64]");
    }
    String type = parts.group(1);
    Optional<ElementType> known =
        Arrays.stream(ElementType.values()).filter(one -> one.name().equals(type)).findFirst();
    if (known.isEmpty() && !type.isEmpty()) {
      throw clause.invalid(
          "%s is none of %s".formatted(quoted(type), Arrays.toString(ElementType.values())));
    }
    return new Term.Input(
        name, known, Optional.ofNullable(parts.group(3)).map(text -> shape(clause, text)));
  }

  private static List<OptionalLong> shape(Clause clause, String text) {
    List<OptionalLong> lengths = new ArrayList<>();
    if (text.isBlank()) {
      return lengths;
    }
    for (String part : text.split(",", -1)) {
      String length = part.strip();
      if (!length.equals("?") && !LENGTH.matcher(length).matches()) {
        throw clause.invalid("%s is no length and no ?".formatted(quoted(length)));
      }
      lengths.add(
          length.equals("?") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length)));
    }
    return lengths;
  }

  private static Term registered(Clause clause) {
    Comparison comparison = clause.requireComparison();
    try {
      boolean isDay = clause.value().length() == "2026-11-01".length();
      long from = moment(clause.value(), isDay).toEpochMilli();
      long next = from + (isDay ? DAY : MOMENT).toMillis();
      return switch (comparison) {
        case EQUAL -> new Term.Registered(from, next);
        case GREATER -> new Term.Registered(next, Long.MAX_VALUE);
        case AT_LEAST -> new Term.Registered(from, Long.MAX_VALUE);
        case LESS -> new Term.Registered(Long.MIN_VALUE, from);
        case AT_MOST -> new Term.Registered(Long.MIN_VALUE, next);
      };
    } catch (DateTimeException e) {
      throw clause.invalid(
          "%s is no date, such as 2026-11-01 or 2026-11-01T08:00:00Z"
              .formatted(quoted(clause.value())));
    }
  }

  private static Instant moment(String text, boolean isDay) {
    if (isDay) {
      return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    }
  }

  private static String name(Clause clause, String what) {
    String name = clause.equalTo();
    if (!Names.isName(name)) {
      throw clause.invalid("%s is no name of %s".formatted(quoted(name), what));
    }
    return name;
  }

  private static String quoted(String foreign) {
    return "\"" + Printable.of(foreign) + "\"";
  }

  /**
   * One term as it is written.
   *
   * @param at where it begins, from 1
   * @param field what stands before the comparison
   * @param comparison empty if there is none
   * @param value what stands after it; empty text if there is none
   */
  record Clause(int at, String field, Optional<Comparison> comparison, String value) {
    Comparison requireComparison() {
      return comparison.orElseThrow(() -> invalid("a comparison such as >= is missing"));
    }

    String equalTo() {
      if (requireComparison() != Comparison.EQUAL) {
        throw invalid("%s can only be compared by =".formatted(Printable.of(field)));
      }
      return value;
    }

    String equalTo(Pattern form, String what) {
      String text = equalTo();
      if (!form.matcher(text).matches()) {
        throw invalid("%s is not %s".formatted(quoted(text), what));
      }
      return text;
    }

    FlotillaException invalid(String sentence) {
      return new FlotillaException(
          ErrorCode.QUERY_INVALID, "at character %d of the query: %s".formatted(at, sentence));
    }
  }
}
