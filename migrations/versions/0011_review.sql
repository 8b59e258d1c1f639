drop table verdict;

alter table question
    add column kind text default 'MATCH' not null,
    add column affects text[] default '{}' not null,
    add column priority integer default 0 not null,
    add column version integer default 1 not null;

create index ix_question_priority_id on question (priority, id) where state = 'OPEN';

alter table person_alias add column record_id bigint;

alter table person_alias add constraint fk_person_alias_record_id
    foreign key (record_id) references record (id) on delete set null;

create index ix_person_alias_record_id on person_alias (record_id);

alter table person_name
    add column starts date default '-infinity' not null,
    add column ends date default 'infinity' not null;

alter table contact
    add column starts date default '-infinity' not null,
    add column ends date default 'infinity' not null;

create table verdict (
    id uuid not null,
    kind text not null,
    action text not null,
    covers boolean not null,
    question_id uuid,
    organisation_id uuid not null,
    reason text not null,
    client_id uuid,
    actor text not null,
    given_at timestamp with time zone default now() not null,
    pattern bigint,
    score integer,
    version_a bigint,
    version_b bigint,
    changeset_id bigint,
    retracted_at timestamp with time zone,
    retracted_by text,
    retraction_reason text,
    retraction_changeset_id bigint,
    constraint pk_verdict primary key (id),
    constraint fk_verdict_organisation_id foreign key(organisation_id) references organisation (id),
    constraint fk_verdict_client_id foreign key(client_id) references client (id),
    constraint fk_verdict_changeset_id foreign key(changeset_id) references changeset (id) on delete restrict,
    constraint fk_verdict_retraction_changeset_id foreign key(retraction_changeset_id) references changeset (id) on delete restrict
);

create index ix_verdict_changeset_id on verdict (changeset_id);

create index ix_verdict_given_at_id on verdict (given_at, id);

create index ix_verdict_organisation_id on verdict (organisation_id);

create index ix_verdict_question_id on verdict (question_id);

create index ix_verdict_retraction_changeset_id on verdict (retraction_changeset_id);

create index ix_verdict_waiting on verdict (given_at, id) where changeset_id is null or (retracted_at is not null and retraction_changeset_id is null);

create table verdict_pair (
    verdict_id uuid not null,
    record_a bigint not null,
    record_b bigint not null,
    constraint pk_verdict_pair primary key (verdict_id, record_a, record_b),
    constraint fk_verdict_pair_verdict_id foreign key(verdict_id) references verdict (id) on delete cascade,
    constraint fk_verdict_pair_record_a foreign key(record_a) references record (id) on delete cascade,
    constraint fk_verdict_pair_record_b foreign key(record_b) references record (id) on delete cascade
);

create index ix_verdict_pair_record_a on verdict_pair (record_a);

create index ix_verdict_pair_record_b on verdict_pair (record_b);

create table question_lease (
    question_id uuid not null,
    client_id uuid not null,
    until timestamp with time zone default now() not null,
    constraint pk_question_lease primary key (question_id),
    constraint fk_question_lease_client_id foreign key(client_id) references client (id)
);

create table sampled_pair (
    id uuid not null,
    record_a bigint not null,
    record_b bigint not null,
    organisation_id uuid not null,
    pattern bigint not null,
    score integer not null,
    decision text not null,
    drawn_at timestamp with time zone default now() not null,
    constraint pk_sampled_pair primary key (id),
    constraint fk_sampled_pair_record_a foreign key(record_a) references record (id) on delete cascade,
    constraint fk_sampled_pair_record_b foreign key(record_b) references record (id) on delete cascade,
    constraint fk_sampled_pair_organisation_id foreign key(organisation_id) references organisation (id)
);

create index ix_sampled_pair_organisation_id on sampled_pair (organisation_id);

create unique index ix_sampled_pair_record_a_record_b on sampled_pair (record_a, record_b);

create table pin (
    id uuid not null,
    record_id bigint not null,
    field text not null,
    value text,
    reason text not null,
    client_id uuid,
    actor text not null,
    given_at timestamp with time zone default now() not null,
    changeset_id bigint,
    retracted_at timestamp with time zone,
    retracted_by text,
    retraction_changeset_id bigint,
    constraint pk_pin primary key (id),
    constraint fk_pin_record_id foreign key(record_id) references record (id) on delete cascade,
    constraint fk_pin_client_id foreign key(client_id) references client (id),
    constraint fk_pin_changeset_id foreign key(changeset_id) references changeset (id) on delete restrict,
    constraint fk_pin_retraction_changeset_id foreign key(retraction_changeset_id) references changeset (id) on delete restrict
);

create index ix_pin_changeset_id on pin (changeset_id);

create index ix_pin_record_id on pin (record_id);

create index ix_pin_retraction_changeset_id on pin (retraction_changeset_id);

create index ix_pin_waiting on pin (given_at, id) where changeset_id is null or (retracted_at is not null and retraction_changeset_id is null);

create table review_request (
    client_id uuid not null,
    key text not null,
    content_sha256 bytea not null,
    word_id uuid not null,
    at timestamp with time zone default now() not null,
    constraint pk_review_request primary key (client_id, key),
    constraint fk_review_request_client_id foreign key(client_id) references client (id)
);

create table person_lineage (
    id bigint generated by default as identity,
    person_id uuid not null,
    other_id uuid not null,
    kind text not null,
    changeset_id bigint not null,
    at timestamp with time zone default now() not null,
    constraint pk_person_lineage primary key (id),
    constraint fk_person_lineage_changeset_id foreign key(changeset_id) references changeset (id) on delete restrict
);

create index ix_person_lineage_changeset_id on person_lineage (changeset_id);

create index ix_person_lineage_other_id on person_lineage (other_id);

create index ix_person_lineage_person_id on person_lineage (person_id);
