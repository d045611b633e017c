package io.flotilla.controller.catalog;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.http.HandlerTools;
import io.vertx.ext.web.RoutingContext;

/**
 * The version that a path {@code /models/:name/versions/:version} names.
 *
 * @param model as it stands in the path; need not be a name
 * @param version from 1
 */
public record VersionPath(String model, int version) {
  /**
   * Reads the path.
   *
   * @throws FlotillaException {@code VERSION_NOT_FOUND} if the version is no whole number from 1
   */
  public static VersionPath of(RoutingContext ctx, HandlerTools tools) {
    return new VersionPath(tools.path(ctx, "name"), number(tools.path(ctx, "version")));
  }

  /** The number of a version, of a model or of something else that is counted. */
  static int number(String text) {
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw new FlotillaException(ErrorCode.VERSION_NOT_FOUND, "versions are whole numbers from 1");
    }
    return Integer.parseInt(text);
  }
}
