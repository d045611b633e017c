/** The commands about registered model versions: register, list, show, delete. */
@NullMarked
package io.flotilla.cli.models;

import org.jspecify.annotations.NullMarked;
