/**
 * The program: command line and daemon in one jar. Owns the wiring of verticles; never what they
 * decide.
 */
package io.nereid.launcher;
