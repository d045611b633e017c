/**
 * The manifest of a bundle: what the model is called, what goes in and comes out, which files carry
 * it, and where it came from. Pure values; every constructor refuses what no bundle may say.
 */
@NullMarked
package io.flotilla.bundle.manifest;

import org.jspecify.annotations.NullMarked;
