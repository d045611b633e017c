/** The controller's own connection to the broker, whichever broker that is. */
@NullMarked
package io.flotilla.controller.link;

import org.jspecify.annotations.NullMarked;
