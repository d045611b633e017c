/** The controller's HTTP API as the operator's side sees it: one small client, typed errors. */
@NullMarked
package io.flotilla.cli.client;

import org.jspecify.annotations.NullMarked;
