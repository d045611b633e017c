/**
 * Bundles on their way to devices. Devices ask for the parts they miss; the asks of a short while
 * are merged, and each part goes out once on the bundle's topic for everyone who listens.
 */
@NullMarked
package io.flotilla.controller.delivery;

import org.jspecify.annotations.NullMarked;
