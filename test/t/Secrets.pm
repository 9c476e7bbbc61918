# Looking for planted secrets in everything that servers leave on disk.
package Secrets;

use strict;
use warnings;
use PostgreSQL::Test::Utils;

# files(FOLDER...): every file below, without links and without the tests' own reports, which may say what was compared.
sub files
{
    my @folders = @_;
    my @files;
    while (my $folder = shift @folders)
    {
        opendir my $handle, $folder or next;
        foreach my $entry (grep { !/^\.\.?$/ } readdir $handle)
        {
            my $path = "$folder/$entry";
            if (-l $path || $entry =~ /^regress_log_/) { next }
            elsif (-d $path) { push @folders, $path }
            elsif (-f $path) { push @files, $path }
        }
    }
    return @files;
}

# search(PATTERN, FILE...): how many bytes were read, and where the pattern was found, with what stands around it.
sub search
{
    my ($pattern, @files) = @_;
    my ($bytes, $found) = (0, '');
    foreach my $path (@files)
    {
        my $content = slurp_file($path);
        $bytes += length $content;
        while ($content =~ /$pattern/sg)
        {
            my $from = $-[0] > 80 ? $-[0] - 80 : 0;
            $found .= "$path: " . (substr($content, $from, $+[0] + 20 - $from) =~ s/[^ -~]/./gr) . "\n";
        }
    }
    return ($bytes, $found);
}

1;
