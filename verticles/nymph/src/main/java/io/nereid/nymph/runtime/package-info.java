/**
 * The adapter of runc: argument lists, its answers as records, its complaints as failures. Owns how
 * the runtime is asked; never when, and never a migration.
 */
package io.nereid.nymph.runtime;
