#!/usr/bin/perl
# What Perl's own parser of TAP, the one of `prove`, makes of a file: a line for each test, then one for
# the whole. A test's YAML block stands behind it.
#
#   tap.pl FILE
use strict;
use warnings;
use JSON::PP;
use TAP::Parser;

my $parser = TAP::Parser->new({source => $ARGV[0]});
my $json = JSON::PP->new->canonical->utf8;
my @tests;
my $unknown = 0;
while (my $result = $parser->next) {
  if ($result->is_test) {
    push @tests, {ok => $result->is_actual_ok ? 1 : 0, directive => $result->directive,
                  name => $result->description};
  } elsif ($result->is_yaml) {
    $tests[-1]{yaml} = $result->data;
  } elsif ($result->is_unknown || $result->is_bailout || $result->is_comment) {
    ++$unknown;
  }
}
print $json->encode($_), "\n" for @tests;
print $json->encode({errors => [$parser->parse_errors], planned => $parser->tests_planned,
                     failed => [$parser->failed], unknown => $unknown}), "\n";
