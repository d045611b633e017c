package io.flotilla.controller.http;

import io.vertx.ext.web.Router;

/** The routes of one feature. */
public interface Routes {
  /**
   * Adds the routes. Every route below {@code /api/v1} demands the operator's token unless {@link
   * Access} opens it, so a route that nobody thought about is closed.
   *
   * @param api the router of {@code /api/v1}; paths begin after that
   * @param tools what handlers need
   */
  void mount(Router api, HandlerTools tools);
}
