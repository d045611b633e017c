/** The commands about environments: what models need of a device, named and versioned. */
@NullMarked
package io.flotilla.cli.environment;

import org.jspecify.annotations.NullMarked;
