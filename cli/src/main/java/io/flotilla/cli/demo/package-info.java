/**
 * The main job on real parts: {@code flotilla demo} starts a controller and a simulated fleet as
 * processes of their own and drives them through one life of a model, through the same interfaces
 * that people use.
 */
@NullMarked
package io.flotilla.cli.demo;

import org.jspecify.annotations.NullMarked;
