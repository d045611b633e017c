/**
 * The HTTPS API's frame: listener, authentication, limits, timeouts, errors. The routes themselves
 * live with their features and are mounted through {@link io.flotilla.controller.http.Routes}.
 */
@NullMarked
package io.flotilla.controller.http;

import org.jspecify.annotations.NullMarked;
