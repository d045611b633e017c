/** {@code flotilla operator}: who may do what. */
@NullMarked
package io.flotilla.cli.operator;

import org.jspecify.annotations.NullMarked;
