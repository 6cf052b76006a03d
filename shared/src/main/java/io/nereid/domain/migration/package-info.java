/** The record of a migration: phases, outcome, measurements. Pure; never performs a step. */
package io.nereid.domain.migration;
