package io.flotilla.controller.catalog;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.registry.model.DatasetLink;
import io.flotilla.registry.model.RegistrationRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the query of an upload says: {@code tag=team=vision}, {@code metric=accuracy=0.9}, {@code
 * dataset=TRAINING=digits:4}, each repeatable; {@code description}, {@code reason}, {@code
 * environment}.
 */
public final class RegistrationQuery {
  private RegistrationQuery() {}

  /**
   * The request of a model's upload.
   *
   * @throws FlotillaException {@code NAME_INVALID}, {@code INPUT_INVALID}
   */
  static RegistrationRequest of(RoutingContext ctx, HandlerTools tools, String by) {
    Map<String, Double> metrics = new TreeMap<>();
    pairs(ctx, tools, "metric").forEach((name, value) -> metrics.put(name, number(name, value)));
    List<DatasetLink> datasets =
        tools.queries(ctx, "dataset").stream().map(RegistrationQuery::link).toList();
    return new RegistrationRequest(
        tools.path(ctx, "name"),
        tools.query(ctx, "description").orElse(""),
        tools.query(ctx, "reason").orElse(""),
        tags(ctx, tools),
        metrics,
        datasets,
        tools.query(ctx, "environment"),
        by);
  }

  /**
   * The tags of an upload.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if one is not {@code key=value}
   */
  public static Map<String, String> tags(RoutingContext ctx, HandlerTools tools) {
    return pairs(ctx, tools, "tag");
  }

  private static Map<String, String> pairs(
      RoutingContext ctx, HandlerTools tools, String parameter) {
    Map<String, String> pairs = new TreeMap<>();
    for (String text : tools.queries(ctx, parameter)) {
      int at = text.indexOf('=');
      if (at < 1) {
        throw invalid("a %s is name=value, not %s".formatted(parameter, Printable.of(text)));
      }
      pairs.put(text.substring(0, at), text.substring(at + 1));
    }
    return pairs;
  }

  private static double number(String name, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "the metric %s is a number, not %s".formatted(Printable.of(name), Printable.of(text)),
          e);
    }
  }

  private static DatasetLink link(String text) {
    int at = text.indexOf('=');
    String use = at < 0 ? "" : text.substring(0, at).toUpperCase(Locale.ROOT);
    for (DatasetLink.Use known : DatasetLink.Use.values()) {
      if (known.name().equals(use)) {
        return new DatasetLink(known, text.substring(at + 1));
      }
    }
    throw invalid(
        "a dataset is TRAINING=, VALIDATION= or BASELINE= and name:version, not "
            + Printable.of(text));
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}
