package io.flotilla.controller.http;

import io.vertx.ext.web.Router;

/** The routes of one feature. */
public interface Routes {
  /**
   * Adds the routes. Every route needs a rule in {@link AccessRules}, or the API does not start. A
   * route accepts the query parameters that it declares by {@link HandlerTools#accepting}, and no
   * others.
   *
   * @param api the router of {@code /api/v1}; paths begin after that
   * @param tools what handlers need
   */
  void mount(Router api, HandlerTools tools);
}
