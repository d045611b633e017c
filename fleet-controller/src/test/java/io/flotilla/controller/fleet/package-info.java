/** The controller's features together, against a simulated fleet, network and power supply. */
@NullMarked
package io.flotilla.controller.fleet;

import org.jspecify.annotations.NullMarked;
