/** Benchmarks: figures measured here and now, each beside the bar asked for. */
@NullMarked
package io.flotilla.cli.bench;

import org.jspecify.annotations.NullMarked;
