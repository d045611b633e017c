/** The commands about data and training: datasets, labels, runs. */
@NullMarked
package io.flotilla.cli.data;

import org.jspecify.annotations.NullMarked;
