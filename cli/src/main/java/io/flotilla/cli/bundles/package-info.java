/** Making, inspecting, signing and verifying bundles on this machine. */
@NullMarked
package io.flotilla.cli.bundles;

import org.jspecify.annotations.NullMarked;
