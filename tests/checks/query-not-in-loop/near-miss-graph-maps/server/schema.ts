import gql from 'graphql-tag';

export const typeDefs = gql`
  type Tree {
    id: ID!
    cultivar: Cultivar
    label: String
  }

  type Cultivar {
    id: ID!
    trees: Int!
  }

  type Owner {
    id: ID!
    address: String
  }

  type Query {
    trees: [Tree!]!
    owner(id: ID!): Owner
  }
`;
