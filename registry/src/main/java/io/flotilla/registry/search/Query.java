package io.flotilla.registry.search;

import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;

/**
 * A search: every term must hold. Written as terms with spaces between them; quotes protect spaces
 * and signs, as in {@code tag."cost centre"="a b"}, with {@code \"} and {@code \\} within.
 *
 * <table>
 *   <caption>Terms</caption>
 *   <tr><td>{@code name=digits-*}<td>name of the model, {@code *} and {@code ?} as wildcards
 *   <tr><td>{@code tag.team=vision}, {@code tag.team}<td>a tag with this value, or with any
 *   <tr><td>{@code alias=champion}<td>an alias points to it
 *   <tr><td>{@code metric.accuracy>0.9}<td>{@code >}, {@code >=}, {@code <}, {@code <=}, {@code =}
 *   <tr><td>{@code input=FP32[?,64]}, {@code input=[1,3,224,224]}, {@code input.pixels=FP32}<td>an
 *       input takes such a tensor: {@code ?} is any length, and an open dimension takes every length
 *   <tr><td>{@code registered>=2026-11-01}<td>an ISO date, which is its whole day, or date and time;
 *       in UTC unless an offset says otherwise; compared as metrics are
 *   <tr><td>{@code publisher=acme}<td>who signed it
 *   <tr><td>{@code environment=edge:2}, {@code environment=edge}<td>its environment
 *   <tr><td>{@code dataset=digits:4}, {@code dataset=digits}<td>a dataset linked to it
 *   <tr><td>{@code verified=true}, {@code verified=false}<td>whether its signature held
 * </table>
 */
public final class Query {
  /** Longest text in characters. */
  public static final int MAX_CHARS = 2000;

  /** Most terms. */
  public static final int MAX_TERMS = 16;

  /** Everything. */
  public static final Query ALL = new Query("", List.of());

  private final String text;
  private final List<Term> terms;

  private Query(String text, List<Term> terms) {
    this.text = text;
    this.terms = List.copyOf(terms);
  }

  /**
   * Reads a query; blank text gives everything.
   *
   * @throws FlotillaException {@code QUERY_INVALID}, naming the place, if it cannot be read or is
   *     over a limit
   */
  public static Query parse(String text) {
    return new Query(text.strip(), QueryParser.parse(text));
  }

  /** As it was written. */
  public String text() {
    return text;
  }

  List<Term> terms() {
    return terms;
  }

  boolean matches(SearchDocument document) {
    return terms.stream().allMatch(term -> term.matches(document));
  }

  /** Whether some version of a model of this name could match. */
  boolean matchesModel(String model) {
    return terms.stream()
        .allMatch(term -> !(term instanceof Term.Name name) || name.matchesModel(model));
  }
}
