package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The query parameters of routes. A route accepts those that it declares, and none if it declares
 * none: a misspelt parameter must not be taken for its default.
 */
final class Parameters {
  private static final String KEY = Parameters.class.getName();

  /** Before every handler that a feature mounts. */
  private static final int FIRST = -1;

  private Parameters() {}

  /** What a route declares. */
  private record Declared(Set<String> names) {}

  static Route declare(Route route, String... names) {
    return route.putMetadata(KEY, new Declared(new TreeSet<>(List.of(names))));
  }

  /** Puts a guard in front of every route that is mounted so far. */
  static void guard(Router api) {
    for (Route route : List.copyOf(api.getRoutes())) {
      if (route.getPath() == null || route.methods() == null) {
        continue;
      }
      Set<String> known = of(route);
      for (HttpMethod method : route.methods()) {
        api.route(method, route.getPath())
            .order(FIRST)
            .handler(
                ctx -> {
                  requireKnown(ctx, known);
                  ctx.next();
                });
      }
    }
  }

  /**
   * The values of a parameter in their order.
   *
   * @throws IllegalStateException if the route does not declare it
   */
  static List<String> values(RoutingContext ctx, String name) {
    Route route = ctx.currentRoute();
    if (route == null || !of(route).contains(name)) {
      throw new IllegalStateException(
          "%s does not declare the parameter %s".formatted(ctx.normalizedPath(), name));
    }
    return ctx.queryParams().getAll(name);
  }

  private static Set<String> of(Route route) {
    Declared declared = route.getMetadata(KEY);
    return declared == null ? Set.of() : declared.names();
  }

  private static void requireKnown(RoutingContext ctx, Set<String> known) {
    for (String name : ctx.queryParams().names()) {
      if (!known.contains(name)) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "this address takes no query parameter %s: it takes %s"
                .formatted(
                    Printable.of(name), known.isEmpty() ? "none" : String.join(", ", known)));
      }
    }
  }
}
