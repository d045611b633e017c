/** Real parts for tests of commands: an HTTPS server, a terminal, a model. */
@NullMarked
package io.flotilla.cli.testing;

import org.jspecify.annotations.NullMarked;
